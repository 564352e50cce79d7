#include "certificate.h"

#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "fail.h"

namespace river::bench {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

File create(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), std::fclose);
  if (file == nullptr) fail("cannot write " + path);
  return file;
}

}  // namespace

void write_certificate(const std::string& directory) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), ::EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(::X509_new(), ::X509_free);
  ::X509_set_version(certificate.get(), 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
  ::X509_time_adj_ex(::X509_getm_notBefore(certificate.get()), -1, 0, nullptr);
  ::X509_time_adj_ex(::X509_getm_notAfter(certificate.get()), 30, 0, nullptr);
  ::X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = ::X509_get_subject_name(certificate.get());
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  ::X509_set_issuer_name(certificate.get(), subject);
  ::X509_sign(certificate.get(), key.get(), ::EVP_sha256());
  ::PEM_write_X509(create(directory + "/cert.pem").get(), certificate.get());
  ::PEM_write_PrivateKey(create(directory + "/key.pem").get(), key.get(), nullptr, nullptr, 0,
                         nullptr, nullptr);
}

}  // namespace river::bench
