#include "auth/verification_key.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "auth/signing_key_test.h"

namespace river::auth {
namespace {

using testing::HasSubstr;

VerificationKey public_key(const SigningKey& key) {
  auto loaded = VerificationKey::from_public_pem(key.public_pem());
  EXPECT_TRUE(loaded) << loaded.error();
  return std::move(*loaded);
}

TEST(VerificationKey, TakesItsAlgorithmFromTheKey) {
  EXPECT_EQ(public_key(SigningKey::rsa()).algorithm(), Algorithm::rs256);
  EXPECT_EQ(public_key(SigningKey::ec()).algorithm(), Algorithm::es256);
  EXPECT_EQ(public_key(SigningKey::ed25519()).algorithm(), Algorithm::eddsa);
  EXPECT_EQ(VerificationKey::from_secret(std::string(32, 'k'))->algorithm(), Algorithm::hs256);
}

TEST(VerificationKey, VerifiesItsOwnSignaturesOnly) {
  const SigningKey keys[]{SigningKey::rsa(), SigningKey::ec(), SigningKey::ed25519()};
  for (const SigningKey& signer : keys) {
    const std::string signature = signer.sign("text");
    for (const SigningKey& other : keys) {
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
  const VerificationKey keys[]{public_key(SigningKey::rsa()), public_key(SigningKey::ec()),
                               public_key(SigningKey::ed25519())};
  for (const std::size_t size : {0U, 1U, 16U, 31U, 32U, 33U, 63U, 64U, 65U, 255U, 256U, 257U}) {
    for (const char filler : {'\0', '\x01', '\xff'}) {
      const std::string signature(size, filler);
      EXPECT_FALSE(secret->verify("text", signature)) << size;
      for (const VerificationKey& key : keys) EXPECT_FALSE(key.verify("text", signature)) << size;
    }
  }
}

TEST(VerificationKey, WantsEcSignaturesInTheFormOfJwt) {
  const SigningKey key = SigningKey::ec();
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
  const SigningKey key = SigningKey::rsa();
  EXPECT_THAT(VerificationKey::from_secret(key.public_pem()).error(), HasSubstr("public key"));
  EXPECT_THAT(VerificationKey::from_public_pem(key.private_pem()).error(),
              HasSubstr("openssl pkey -in KEY -pubout"));
}

TEST(VerificationKey, RefusesWeakOrForeignKeys) {
  EXPECT_THAT(VerificationKey::from_public_pem(SigningKey::rsa(1024).public_pem()).error(),
              HasSubstr("2048"));
  EXPECT_THAT(VerificationKey::from_public_pem(SigningKey::ec("P-384").public_pem()).error(),
              HasSubstr("P-256"));
  for (const std::string_view text :
       {"", "secret", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"}) {
    EXPECT_FALSE(VerificationKey::from_public_pem(text)) << text;
  }
}

TEST(VerificationKey, LeavesNoErrorBehindForTlsToFind) {
  ERR_clear_error();
  EXPECT_FALSE(VerificationKey::from_public_pem("no key"));
  EXPECT_FALSE(public_key(SigningKey::rsa()).verify("text", "no signature"));
  EXPECT_FALSE(public_key(SigningKey::ec()).verify("text", std::string(64, 'x')));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

}  // namespace
}  // namespace river::auth
