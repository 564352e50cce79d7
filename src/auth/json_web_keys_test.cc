#include "auth/json_web_keys.h"

#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/base64url.h"
#include "auth/signing_key_test.h"

namespace river::auth {
namespace {

using testing::HasSubstr;

std::string set_of(std::string_view keys) {
  return fmt::format(R"({{"keys":[{}]}})", keys);
}

std::string rsa_member(const SigningKey& key, std::string_view more = {}) {
  return fmt::format(R"({{"kty":"RSA","kid":"r","n":"{}","e":"{}"{}}})", key.number("n"),
                     key.number("e"), more);
}

std::string decoded(std::string_view text) {
  return decode_base64url(text).value_or("");
}

// RFC 7515, A.3.1 and RFC 8037, A.2
constexpr std::string_view rfc_p256_key = R"({"kty":"EC","crv":"P-256","kid":"p",)"
                                          R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                          R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view rfc_ed25519_key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

TEST(JsonWebKeys, LoadsEveryKindAndVerifiesWithIt) {
  const SigningKey rsa = SigningKey::rsa();
  const SigningKey ec = SigningKey::ec();
  const std::string ec_member =
      fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"e","use":"sig","alg":"ES256",)"
                  R"("x":"{}","y":"{}"}})",
                  ec.number("qx", 32), ec.number("qy", 32));
  const auto keys = load_json_web_keys(set_of(rsa_member(rsa) + "," + ec_member));
  ASSERT_TRUE(keys) << keys.error();
  ASSERT_EQ(keys->size(), 2U);
  EXPECT_EQ((*keys)[0].id(), "r");
  EXPECT_EQ((*keys)[0].algorithm(), Algorithm::rs256);
  EXPECT_TRUE((*keys)[0].verify("text", rsa.sign("text")));
  EXPECT_EQ((*keys)[1].id(), "e");
  EXPECT_EQ((*keys)[1].algorithm(), Algorithm::es256);
  EXPECT_TRUE((*keys)[1].verify("text", ec.sign("text")));
}

TEST(JsonWebKeys, VerifiesTheEs256ExampleOfRfc7515) {
  const auto keys = load_json_web_keys(set_of(rfc_p256_key));
  ASSERT_TRUE(keys) << keys.error();
  constexpr std::string_view text =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = decoded(
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
      "pmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(keys->front().verify(text, signature));
}

TEST(JsonWebKeys, VerifiesTheEd25519ExampleOfRfc8037) {
  const auto keys = load_json_web_keys(set_of(rfc_ed25519_key));
  ASSERT_TRUE(keys) << keys.error();
  const std::string signature = decoded(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5B"
      "hVsPt9g7sVvpAr_MuM0KAg");
  EXPECT_TRUE(
      keys->front().verify("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", signature));
}

TEST(JsonWebKeys, PassesOverKeysThatAreForSomethingElse) {
  const SigningKey rsa = SigningKey::rsa();
  const std::string others =
      R"(null,{},{"kty":"oct","k":"c2VjcmV0"},{"kty":"EC","crv":"P-521","x":"AA","y":"AA"},)"
      R"({"kty":"OKP","crv":"X25519","x":"AA"},{"kty":7},)" +
      rsa_member(rsa, R"(,"use":"enc")") + "," + rsa_member(rsa, R"(,"alg":"RS512")");
  const auto keys = load_json_web_keys(set_of(others + "," + std::string(rfc_ed25519_key)));
  ASSERT_TRUE(keys) << keys.error();
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_THAT(load_json_web_keys(set_of(others)).error(), HasSubstr("no key that can be used"));
}

TEST(JsonWebKeys, NamesAKeyThatIsBroken) {
  for (const std::string_view key :
       {R"({"kty":"RSA","kid":"b7"})", R"({"kty":"RSA","kid":"b7","n":"AQAB","e":"AQAB"})",
        R"({"kty":"RSA","kid":"b7","n":"!","e":"AQAB"})",
        R"({"kty":"EC","crv":"P-256","kid":"b7","x":"AA","y":"AA"})",
        R"({"kty":"EC","crv":"P-256","kid":"b7",)"
        R"("x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE",)"
        R"("y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})",
        R"({"kty":"OKP","crv":"Ed25519","kid":"b7","x":""})"}) {
    const auto keys = load_json_web_keys(set_of(key));
    ASSERT_FALSE(keys) << key;
    EXPECT_THAT(keys.error(), HasSubstr("\"b7\""));
  }
}

TEST(JsonWebKeys, RefusesWhatIsNotASet) {
  for (const std::string_view json :
       {"", "[]", "null", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[],"keys":[]})",
        R"({"keys":[{"kty":"RSA","kty":"EC"}]})"}) {
    EXPECT_FALSE(load_json_web_keys(json)) << json;
  }
}

}  // namespace
}  // namespace river::auth
