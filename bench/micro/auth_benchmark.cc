#include <string>

#include <benchmark/benchmark.h>

#include "auth/token_signer.h"
#include "auth/token_verifier.h"

namespace river::bench {
namespace {

void verify_token_hs256(benchmark::State& state) {
  const std::string secret(32, 's');
  std::vector<auth::VerificationKey> keys;
  keys.push_back(*auth::VerificationKey::from_secret(secret));
  const auth::TokenVerifier verifier(std::move(keys));
  auth::TokenRequest request;
  request.user = "ann";
  request.expires = 2'000'000'000;
  const std::string token = auth::sign_token(request, secret);
  for (auto _ : state) benchmark::DoNotOptimize(verifier.verify(token, 1'700'000'000));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_token_hs256);

}  // namespace
}  // namespace river::bench
