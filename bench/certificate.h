// A self-signed certificate for 127.0.0.1 and its key, as files for a server.
#pragma once

#include <string>

namespace river::bench {

// Writes cert.pem and key.pem (P-256, as most servers have today).
void write_certificate(const std::string& directory);

}  // namespace river::bench
