// The scenarios. Each prints what it found; README.md says what the figures mean.
#pragma once

#include "options.h"

namespace river::bench {

void run_fanout(const Options& options);
void run_paced(const Options& options);
void run_publish(const Options& options);
void run_connect(const Options& options);
void run_idle(const Options& options);
void run_many_channels(const Options& options);
void run_resume_storm(const Options& options);
void run_slow_readers(const Options& options);
void run_neighbours(const Options& options);
void run_presence_storm(const Options& options);
void run_soak(const Options& options);

// What the kernel gives, or OpenSSL, by bare programs without protocol.
void run_ceiling(const Options& options);
void run_connect_ceiling(const Options& options);
void run_tls_ceiling(const Options& options);

}  // namespace river::bench
