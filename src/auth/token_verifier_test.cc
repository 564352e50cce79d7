#include "auth/token_verifier.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/base64url.h"
#include "auth/signing_key_test.h"
#include "auth/token_signer.h"
#include "base/limits.h"

namespace river::auth {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

constexpr UnixSeconds now = 1'700'000'000;
constexpr std::string_view hs256 = R"({"alg":"HS256","typ":"JWT"})";
const std::string secret = "0123456789abcdef0123456789abcdef";
const std::string other_secret = "another secret, which is also long";

VerificationKey secret_key(std::string_view text, std::string id = {}) {
  auto key = VerificationKey::from_secret(text, std::move(id));
  EXPECT_TRUE(key) << key.error();
  return std::move(*key);
}

VerificationKey public_key(const SigningKey& key, std::string id = {}) {
  auto loaded = VerificationKey::from_public_pem(key.public_pem(), std::move(id));
  EXPECT_TRUE(loaded) << loaded.error();
  return std::move(*loaded);
}

std::string decoded(std::string_view text) {
  return decode_base64url(text).value_or("");
}

// A verifier with the one secret, as after a first start.
class TokenVerifierTest : public testing::Test {
 protected:
  std::expected<Claims, TokenFailure> verify(std::string_view token, UnixSeconds at = now) {
    return verifier_.verify(token, at);
  }

  Claims claims_of(std::string_view payload) {
    const auto claims = verify(sign_token_text(hs256, payload, secret));
    if (claims) return *claims;
    ADD_FAILURE() << payload << ": " << claims.error().detail;
    return {};
  }

  TokenError error_of(std::string_view token, UnixSeconds at = now) {
    const auto claims = verify(token, at);
    if (!claims) {
      EXPECT_FALSE(claims.error().detail.empty());
      return claims.error().error;
    }
    ADD_FAILURE() << token.substr(0, 200) << " was taken";
    return {};
  }

  TokenError error_of_header(std::string_view header) {
    return error_of(sign_token_text(header, "{}", secret));
  }

  TokenVerifier verifier_{key_list(secret_key(secret))};
};

TEST_F(TokenVerifierTest, TakesWhatTheSignerMakes) {
  TokenRequest request{.user = "Ada \"\\\xc3\xa9", .expires = now + 60, .issued = now};
  request.not_before = now;
  request.grants = {{"private-*", bit_of(Action::publish)}, {"a", 15}};
  request.info = R"({"name":"Ada"})";
  request.key_id = "k1";
  const auto claims = verify(sign_token(request, secret));
  ASSERT_TRUE(claims) << claims.error().detail;
  EXPECT_EQ(claims->user, request.user);
  EXPECT_EQ(claims->expires, request.expires);
  EXPECT_EQ(claims->issued, request.issued);
  EXPECT_EQ(claims->grants, *request.grants);
  EXPECT_EQ(claims->info, request.info);
  EXPECT_TRUE(verify(sign_token({}, secret)));
}

TEST_F(TokenVerifierTest, TakesTheHs256ExampleOfRfc7515) {
  const std::string key = decoded(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  constexpr std::string_view token =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
      "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  const TokenVerifier verifier(key_list(secret_key(key)), {.issuer = "joe"});
  EXPECT_EQ(verifier.verify(token, 1'300'819'379)->expires, 1'300'819'380);
  EXPECT_EQ(verifier.verify(token, 1'300'819'380).error().error, TokenError::expired);
}

TEST_F(TokenVerifierTest, TakesEveryAlgorithmFromTheKeyThatIsForIt) {
  const SigningKey rsa = SigningKey::rsa();
  const SigningKey ec = SigningKey::ec();
  const SigningKey ed = SigningKey::ed25519();
  const TokenVerifier all(
      key_list(secret_key(secret), public_key(rsa), public_key(ec), public_key(ed)));
  EXPECT_EQ(all.verify(rsa.token(R"({"alg":"RS256"})", R"({"sub":"r"})"), now)->user, "r");
  EXPECT_EQ(all.verify(ec.token(R"({"alg":"ES256"})", R"({"sub":"e"})"), now)->user, "e");
  EXPECT_EQ(all.verify(ed.token(R"({"alg":"EdDSA"})", R"({"sub":"d"})"), now)->user, "d");
  EXPECT_EQ(all.verify(sign_token({"h"}, secret), now)->user, "h");
  // Signed well, but under another name:
  EXPECT_EQ(all.verify(rsa.token(R"({"alg":"ES256"})", "{}"), now).error().error,
            TokenError::bad_signature);
  EXPECT_EQ(all.verify(rsa.token(R"({"alg":"RS512"})", "{}"), now).error().error,
            TokenError::wrong_algorithm);
}

TEST_F(TokenVerifierTest, TakesNoTokenWithoutAlgorithm) {
  for (const std::string_view algorithm :
       {R"("none")", R"("None")", R"("nOnE")", R"("NONE")", R"("\u006eone")", R"("")", R"("HS512")",
        R"("hs256")", R"("HS256 ")", R"("HS256\u0000")"}) {
    const std::string header = R"({"alg":)" + std::string(algorithm) + "}";
    EXPECT_EQ(error_of_header(header), TokenError::wrong_algorithm) << header;
    const std::string unsigned_token = encode_base64url(header) + ".e30.";
    EXPECT_EQ(error_of(unsigned_token), TokenError::wrong_algorithm) << header;
  }
  for (const std::string_view header :
       {R"({})", R"({"typ":"JWT"})", R"({"alg":["HS256"]})", R"({"alg":null})", R"({"alg":256})",
        R"({"alg":"none","alg":"HS256"})", R"({"alg":"HS256","alg":"none"})",
        R"({"alg":"HS256","\u0061lg":"HS256"})"}) {
    EXPECT_EQ(error_of_header(header), TokenError::malformed) << header;
  }
}

TEST_F(TokenVerifierTest, DoesNotTakeAPublicKeyForASecret) {
  const SigningKey rsa = SigningKey::rsa();
  const TokenVerifier verifier(key_list(public_key(rsa)));
  const std::string pem = rsa.public_pem();
  EXPECT_EQ(verifier.verify(sign_token({"admin"}, pem), now).error().error,
            TokenError::wrong_algorithm);
  EXPECT_EQ(verifier.verify(sign_token_text(R"({"alg":"RS256"})", "{}", pem), now).error().error,
            TokenError::bad_signature);
}

TEST_F(TokenVerifierTest, NeverLetsTheTokenBringItsKey) {
  EXPECT_EQ(error_of(sign_token_text(R"({"alg":"HS256","kid":"../../dev/null"})", "{}", "")),
            TokenError::unknown_key);
  const std::string own = "a secret of the attacker's own choice";
  for (const std::string& extra :
       {R"("jwk":{"kty":"oct","k":")" + encode_base64url(own) + "\"}",
        R"("jku":"https://evil.example/keys")"s, R"("x5u":"https://evil.example/cert")"s,
        R"("kid":"' UNION SELECT 'x")"s}) {
    const std::string header = R"({"alg":"HS256",)" + extra + "}";
    const TokenError error = error_of(sign_token_text(header, "{}", own));
    EXPECT_TRUE(error == TokenError::bad_signature || error == TokenError::unknown_key) << header;
    EXPECT_TRUE(verify(sign_token_text(header, "{}", secret))) << header;
  }
}

TEST_F(TokenVerifierTest, RefusesExtensionsThatItMustUnderstand) {
  EXPECT_EQ(error_of_header(R"({"alg":"HS256","crit":["b64"],"b64":false})"),
            TokenError::malformed);
  EXPECT_EQ(error_of_header(R"({"alg":"HS256","crit":[]})"), TokenError::malformed);
}

TEST_F(TokenVerifierTest, ChoosesAmongSecretsByKid) {
  const TokenVerifier verifier(
      key_list(secret_key(secret, "old"), secret_key(other_secret, "new")));
  const auto outcome = [&](std::string_view signing_secret, std::string key_id) {
    const auto claims = verifier.verify(
        sign_token({.user = "u", .key_id = std::move(key_id)}, signing_secret), now);
    return claims ? "taken"s : claims.error().detail;
  };
  EXPECT_EQ(outcome(secret, "old"), "taken");
  EXPECT_EQ(outcome(other_secret, "new"), "taken");
  EXPECT_EQ(outcome(secret, ""), "taken");
  EXPECT_EQ(outcome(other_secret, ""), "taken");
  EXPECT_EQ(outcome(other_secret, "unheard of"), "taken");
  EXPECT_THAT(outcome(secret, "new"), HasSubstr("signature"));
  EXPECT_THAT(outcome("a third secret that nobody configured", "x"), HasSubstr("kid"));
}

TEST_F(TokenVerifierTest, AKidOfAnotherAlgorithmDoesNotFallBack) {
  const SigningKey ec = SigningKey::ec();
  const TokenVerifier verifier(key_list(secret_key(secret, "s"), public_key(ec, "e")));
  EXPECT_EQ(verifier.verify(sign_token({.user = "u", .key_id = "e"}, secret), now).error().error,
            TokenError::wrong_algorithm);
}

TEST_F(TokenVerifierTest, RefusesSignaturesOfAnyOtherSecretOrSize) {
  EXPECT_EQ(error_of(sign_token({"u"}, other_secret)), TokenError::bad_signature);
  const std::string token = sign_token({"u"}, secret);
  const std::string text = token.substr(0, token.rfind('.') + 1);
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
    EXPECT_EQ(error_of(text + encode_base64url(std::string(size, '\0'))),
              TokenError::bad_signature);
  }
  const std::string whole = decoded(token.substr(text.size()));
  EXPECT_EQ(error_of(text + encode_base64url(whole.substr(0, 31))), TokenError::bad_signature);
  EXPECT_EQ(error_of(text + encode_base64url(whole + "x")), TokenError::bad_signature);
}

TEST_F(TokenVerifierTest, RefusesChangedPartsAndTextTricks) {
  const std::string token = sign_token({"u"}, secret);
  for (const std::string& changed :
       {token + "=", token + " ", " " + token, token + "\n", token + '\0', token + ".",
        "Bearer " + token, token.substr(1)}) {
    EXPECT_EQ(error_of(changed), TokenError::malformed) << changed;
  }
  for (std::size_t i = 0; i < token.size(); ++i) {
    EXPECT_FALSE(verify(token.substr(0, i))) << i;
    for (const char c : {'A', 'b', '+', '/', '=', '.', ' ', '\0'}) {
      std::string changed = token;
      if (changed[i] == c) continue;
      changed[i] = c;
      EXPECT_FALSE(verify(changed)) << i;
    }
  }
}

TEST_F(TokenVerifierTest, RefusesOtherLastCharactersForTheSameSignature) {
  const std::string token = sign_token({"u"}, secret);
  int refused = 0;
  for (const char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"s) {
    if (c == token.back()) continue;
    refused += verify(token.substr(0, token.size() - 1) + c) ? 0 : 1;
  }
  EXPECT_EQ(refused, 63);
}

TEST_F(TokenVerifierTest, RefusesAnyNumberOfPartsButThree) {
  for (const std::string& token : {""s, "."s, "a.b"s, "a.b.c.d"s, std::string(8000, '.')}) {
    EXPECT_EQ(error_of(token), TokenError::malformed) << token.substr(0, 10);
  }
  EXPECT_EQ(error_of(".."), TokenError::malformed);
}

TEST_F(TokenVerifierTest, LooksAtTheSizeFirst) {
  EXPECT_EQ(error_of(std::string(400'000, '.')), TokenError::too_large);
  EXPECT_EQ(error_of(std::string(limits::mib, 'a')), TokenError::too_large);
  std::string channels = "\"c\":[]";
  for (int i = 0; i < 30'000; ++i) channels += ",\"c" + std::to_string(i) + "\":[]";
  const std::string payload = R"({"river":{"channels":{)" + channels + "}}}";
  EXPECT_EQ(error_of(sign_token_text(hs256, payload, secret)), TokenError::too_large);
}

TEST_F(TokenVerifierTest, RefusesAHeaderThatIsNotAnObject) {
  for (const std::string& header :
       {""s, "null"s, "[]"s, "\"HS256\""s, "{"s, "{\"alg\":\"HS256\"}x"s,
        R"({"alg":"HS256","kid":7})"s, R"({"alg":"HS256","kid":"a","kid":"b"})"s,
        "{\"alg\":\"HS256\",\"x\":" + std::string(100, '[') + "1" + std::string(100, ']') + "}",
        "\xef\xbb\xbf{\"alg\":\"HS256\"}"s, "{\"alg\":\"HS256\",\"x\":\"\xff\"}"s}) {
    EXPECT_EQ(error_of_header(header), TokenError::malformed) << header;
  }
}

TEST_F(TokenVerifierTest, ReadsNoClaimBeforeTheSignatureHolds) {
  EXPECT_EQ(error_of(sign_token_text(hs256, "not JSON", other_secret)), TokenError::bad_signature);
  EXPECT_EQ(error_of(sign_token_text(hs256, R"({"exp":1})", other_secret)),
            TokenError::bad_signature);
}

TEST_F(TokenVerifierTest, RefusesBadClaimsOnceTheSignatureHolds) {
  for (const std::string_view payload :
       {"", "null", R"({"exp":"1900000000"})", R"({"sub":7})", R"({"river":{"channels":[]}})"}) {
    EXPECT_EQ(error_of(sign_token_text(hs256, payload, secret)), TokenError::bad_claims) << payload;
  }
}

TEST_F(TokenVerifierTest, EndsAtExpAndStartsAtNbf) {
  const std::string token = sign_token_text(hs256, R"({"nbf":1000,"exp":2000})", secret);
  EXPECT_EQ(error_of(token, 999), TokenError::not_yet_valid);
  EXPECT_TRUE(verify(token, 1000));
  EXPECT_TRUE(verify(token, 1999));
  EXPECT_EQ(error_of(token, 2000), TokenError::expired);
  EXPECT_EQ(error_of(sign_token_text(hs256, R"({"nbf":1700000001})", secret)),
            TokenError::not_yet_valid);
  EXPECT_EQ(error_of(sign_token_text(hs256, R"({"exp":0})", secret)), TokenError::expired);
}

TEST_F(TokenVerifierTest, RoundsFractionsToTheShorterLife) {
  const std::string token = sign_token_text(hs256, R"({"nbf":999.5,"exp":2000.9})", secret);
  EXPECT_EQ(error_of(token, 999), TokenError::not_yet_valid);
  EXPECT_TRUE(verify(token, 1999));
  EXPECT_EQ(error_of(token, 2000), TokenError::expired);
  EXPECT_EQ(claims_of(R"({"exp":1.7000001e9})").expires, 1'700'000'100);
}

TEST_F(TokenVerifierTest, AllowsForClocksOnlyAsFarAsConfigured) {
  const TokenVerifier lenient(key_list(secret_key(secret)), {.leeway = seconds(10)});
  const std::string token = sign_token_text(hs256, R"({"nbf":1000,"exp":2000})", secret);
  EXPECT_EQ(lenient.verify(token, 989).error().error, TokenError::not_yet_valid);
  EXPECT_TRUE(lenient.verify(token, 990));
  EXPECT_TRUE(lenient.verify(token, 2009));
  EXPECT_EQ(lenient.verify(token, 2010).error().error, TokenError::expired);
}

TEST_F(TokenVerifierTest, ChecksIssuerAndAudienceIfConfigured) {
  const TokenVerifier strict(key_list(secret_key(secret)),
                             {.issuer = "https://a.example", .audience = "river"});
  const auto taken = [&](std::string_view payload) {
    const auto claims = strict.verify(sign_token_text(hs256, payload, secret), now);
    EXPECT_TRUE(claims || claims.error().error == TokenError::bad_claims) << payload;
    return claims.has_value();
  };
  EXPECT_TRUE(taken(R"({"iss":"https://a.example","aud":"river"})"));
  EXPECT_TRUE(taken(R"({"iss":"https://a.example","aud":["x","river"]})"));
  EXPECT_FALSE(taken(R"({"iss":"https://a.example","aud":"rivers"})"));
  EXPECT_FALSE(taken(R"({"iss":"https://a.example","aud":[]})"));
  EXPECT_FALSE(taken(R"({"iss":"https://a.example"})"));
  EXPECT_FALSE(taken(R"({"iss":"https://a.example.evil","aud":"river"})"));
  EXPECT_FALSE(taken(R"({"aud":"river"})"));
  EXPECT_FALSE(taken(R"({"iss":["https://a.example"],"aud":"river"})"));
  EXPECT_FALSE(taken(R"({"iss":"https://a.example","aud":[1]})"));
}

TEST_F(TokenVerifierTest, WithoutKeysTakesNothing) {
  EXPECT_EQ(TokenVerifier({}).verify(sign_token({"u"}, secret), now).error().error,
            TokenError::wrong_algorithm);
}

}  // namespace
}  // namespace river::auth
