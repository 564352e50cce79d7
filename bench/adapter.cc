#include "adapter.h"

#include "centrifugo_adapter.h"
#include "echo_adapter.h"
#include "fail.h"
#include "options.h"
#include "river_adapter.h"

namespace river::bench {

std::unique_ptr<Adapter> make_adapter(const Options& options, std::string_view api_key,
                                      std::string_view jwt_secret) {
  if (options.adapter == "river") {
    return std::make_unique<RiverAdapter>(api_key, jwt_secret, options.deflate);
  }
  if (options.adapter == "echo") {
    return std::make_unique<EchoAdapter>(options.path, options.deflate);
  }
  if (options.adapter == "centrifugo") {
    return std::make_unique<CentrifugoAdapter>(api_key, jwt_secret, options.deflate);
  }
  fail("there is no adapter '" + options.adapter + "': river, echo or centrifugo");
}

}  // namespace river::bench
