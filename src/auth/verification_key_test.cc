#include "auth/verification_key.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "auth/test_keys.h"

namespace river::auth {
namespace {

using testing::HasSubstr;

VerificationKey public_key(const TestKey& key) {
  auto loaded = VerificationKey::from_public_pem(key.public_pem());
  EXPECT_TRUE(loaded) << loaded.error();
  return std::move(*loaded);
}

TEST(VerificationKey, TakesItsAlgorithmFromTheKey) {
  EXPECT_EQ(public_key(TestKey::rsa()).algorithm(), Algorithm::rs256);
  EXPECT_EQ(public_key(TestKey::ec()).algorithm(), Algorithm::es256);
  EXPECT_EQ(public_key(TestKey::ed25519()).algorithm(), Algorithm::eddsa);
  EXPECT_EQ(VerificationKey::from_secret(std::string(32, 'k'))->algorithm(), Algorithm::hs256);
}

TEST(VerificationKey, VerifiesItsOwnSignaturesOnly) {
  const TestKey keys[]{TestKey::rsa(), TestKey::ec(), TestKey::ed25519()};
  for (const TestKey& signer : keys) {
    const std::string signature = signer.sign("text");
    for (const TestKey& other : keys) {
      EXPECT_EQ(public_key(other).verify("text", signature), &other == &signer);
    }
    EXPECT_FALSE(public_key(signer).verify("texT", signature));
    std::string changed = signature;
    changed[changed.size() / 2] ^= 1;
    EXPECT_FALSE(public_key(signer).verify("text", changed));
  }
}

TEST(VerificationKey, RefusesSignaturesOfEveryWrongSize) {
  const auto secret = VerificationKey::from_secret(std::string(32, 'k'));
  const VerificationKey keys[]{public_key(TestKey::rsa()), public_key(TestKey::ec()),
                               public_key(TestKey::ed25519())};
  for (const std::size_t size : {0U, 1U, 16U, 31U, 32U, 33U, 63U, 64U, 65U, 255U, 256U, 257U}) {
    for (const char filler : {'\0', '\x01', '\xff'}) {
      const std::string signature(size, filler);
      EXPECT_FALSE(secret->verify("text", signature)) << size;
      for (const VerificationKey& key : keys) EXPECT_FALSE(key.verify("text", signature)) << size;
    }
  }
}

TEST(VerificationKey, WantsEcSignaturesInTheFormOfJwt) {
  const TestKey key = TestKey::ec();
  EXPECT_FALSE(public_key(key).verify("text", key.sign_der("text")));
  EXPECT_FALSE(public_key(key).verify("text", key.sign("text") + '\0'));
}

TEST(VerificationKey, RefusesShortSecretsAndSaysHowToMakeOne) {
  for (const std::size_t size : {0U, 1U, 31U}) {
    const auto key = VerificationKey::from_secret(std::string(size, 'k'));
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error(), HasSubstr("at least 32 bytes"));
    EXPECT_THAT(key.error(), HasSubstr("openssl rand -hex 32"));
  }
  EXPECT_TRUE(VerificationKey::from_secret(std::string(32, '\0')));
}

TEST(VerificationKey, RefusesAPublicKeyAsSecretAndAPrivateKeyAsPublicOne) {
  const TestKey key = TestKey::rsa();
  EXPECT_THAT(VerificationKey::from_secret(key.public_pem()).error(), HasSubstr("public key"));
  EXPECT_THAT(VerificationKey::from_public_pem(key.private_pem()).error(),
              HasSubstr("openssl pkey -in KEY -pubout"));
}

TEST(VerificationKey, RefusesWeakOrForeignKeys) {
  EXPECT_THAT(VerificationKey::from_public_pem(TestKey::rsa(1024).public_pem()).error(),
              HasSubstr("2048"));
  EXPECT_THAT(VerificationKey::from_public_pem(TestKey::ec("P-384").public_pem()).error(),
              HasSubstr("P-256"));
  for (const std::string_view text :
       {"", "secret", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}) {
    EXPECT_FALSE(VerificationKey::from_public_pem(text)) << text;
  }
}

TEST(VerificationKey, LeavesNoErrorBehindForTlsToFind) {
  ERR_clear_error();
  EXPECT_FALSE(VerificationKey::from_public_pem("no key"));
  EXPECT_FALSE(public_key(TestKey::rsa()).verify("text", "no signature"));
  EXPECT_FALSE(public_key(TestKey::ec()).verify("text", std::string(64, 'x')));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace river::auth
