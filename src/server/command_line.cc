#include "server/command_line.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "server/check_command.h"
#include "server/exit_code.h"
#include "server/nearest_name.h"
#include "server/settings.h"
#include "server/settings_text.h"
#include "server/standard_output.h"

namespace river::server {
namespace {

constexpr std::string_view general_help = R"(River delivers events to browsers in real time.

  river [serve] [settings]   run the server; `river serve --help` lists the settings
  river check [settings]     show every setting and where it comes from, and what is wrong
  river token --user U       print a token for a client; `river token --help` says more
  river version              print the version

Exit codes: 0, 1 (failed), 2 (the command line is wrong).
)";

PrintArguments usage_error(const std::string& message) {
  return {fmt::format("river: {}\n", message), exit_usage};
}

std::string unknown_flag(const std::string& name, std::span<const std::string> known) {
  if (name.find("api-key") != std::string::npos || name.find("secret") != std::string::npos) {
    return fmt::format(
        "{} is no flag, as other users could see it in the process list; set RIVER_API_KEY or "
        "RIVER_JWT_SECRET instead",
        name);
  }
  return fmt::format("unknown flag {}; the nearest known one is {}", name,
                     nearest_name(name, known));
}

constexpr const char* settings_group = "Settings";

// CLI11's help, but for the settings, which the table explains better.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    if (group == settings_group) return "\n" + settings_help();
    return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
};

// One command's parser. Unknown words are kept for a better answer than CLI11 gives.
class Parser {
 public:
  Parser(const std::string& command, const std::string& description)
      : app_(description, "river " + command) {
    app_.allow_extras();
    app_.formatter(std::make_shared<HelpFormatter>());
    app_.add_option("--config", config_file_, "TOML file with settings (or RIVER_CONFIG)");
  }

  CLI::App& app() { return app_; }

  void add_settings() {
    for (const Setting& setting : settings()) {
      if (!setting.secret) add_setting(setting);
    }
  }

  // One of the settings, explained for this command.
  void add_setting(std::string_view key, const std::string& description) {
    const auto setting = std::ranges::find(settings(), key, &Setting::key);
    add_setting(*setting)->description(description)->group("Options");
  }

  // Nothing is left to do if a text comes back.
  std::optional<PrintArguments> parse(std::vector<std::string> words, SettingArguments& arguments) {
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
      app_.parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      std::ostringstream text;
      const bool failed = app_.exit(error, text, text) != 0;
      if (failed) return usage_error(error.what());
      return PrintArguments{text.str(), exit_success};
    }
    arguments.config_file = config_file_;
    for (const auto& [name, option] : options_) {
      if (option->count() > 0) arguments.flags.push_back({name, option->results()});
    }
    return refuse_unknown();
  }

 private:
  CLI::Option* add_setting(const Setting& setting) {
    const std::string name = flag_name(setting);
    CLI::Option* option = setting.is_switch ? app_.add_flag(name) : app_.add_option(name);
    option->group(settings_group);
    if (!setting.is_switch) option->take_all()->allow_extra_args(false)->type_name("TEXT");
    options_.emplace_back(name, option);
    return option;
  }

  // All flags and words that nobody asked for, in one answer.
  std::optional<PrintArguments> refuse_unknown() {
    std::vector<std::string> known = {"--help"};
    for (const CLI::Option* option : app_.get_options()) known.push_back(option->get_name());
    PrintArguments answer{"", exit_usage};
    bool value_may_follow = false;
    for (const std::string& word : app_.remaining()) {
      if (word.starts_with("-")) {
        answer.text += usage_error(unknown_flag(word.substr(0, word.find('=')), known)).text;
        value_may_follow = word.find('=') == std::string::npos;
      } else if (!std::exchange(value_may_follow, false)) {
        answer.text += usage_error(fmt::format("unexpected word {}", word)).text;
      }
    }
    return answer.text.empty() ? std::nullopt : std::optional(answer);
  }

  CLI::App app_;
  std::string config_file_;
  std::vector<std::pair<std::string, CLI::Option*>> options_;
};

template <typename Result>
Arguments parsed(Parser& parser, std::vector<std::string> words, Result& result) {
  if (auto print = parser.parse(std::move(words), result)) return std::move(*print);
  return std::move(result);
}

Arguments parse_serve(std::vector<std::string> words) {
  Parser parser("serve", "Runs the server.");
  parser.add_settings();
  ServeArguments result;
  return parsed(parser, std::move(words), result);
}

Arguments parse_check(std::vector<std::string> words) {
  Parser parser("check", "Shows every setting and where it comes from, and what is wrong.");
  parser.add_settings();
  CheckArguments result;
  parser.app().add_flag("--markdown", result.markdown)->group("");
  return parsed(parser, std::move(words), result);
}

Arguments parse_token(std::vector<std::string> words) {
  Parser parser("token", "Prints a token (JWT) for a client, signed with the server's secret.");
  TokenArguments result;
  CLI::App& app = parser.app();
  app.add_option("--user", result.options.user, "The user, `sub`; none: anonymous");
  app.add_option("--channel", result.options.channels,
                 "Grant, such as 'private-*=subscribe,publish'; may be repeated. "
                 "Rights: subscribe, publish, history, presence")
      ->allow_extra_args(false);
  app.add_option("--info", result.options.info, "JSON that other members see");
  app.add_option("--expires", result.options.expires, "Lifetime, such as 15m, 1h or 30d")
      ->capture_default_str();
  parser.add_setting("data_dir", "Directory with the secrets");
  parser.add_setting("auth.issuer", "The issuer, `iss`, if the server asks for one");
  parser.add_setting("auth.audience", "The audience, `aud`, if the server asks for one");
  return parsed(parser, std::move(words), result);
}

ConfigInputs inputs_of(const SettingArguments& arguments) {
  return {arguments.config_file, process_environment(), arguments.flags};
}

int answer(const PrintArguments& arguments) {
  if (arguments.exit_code == exit_success) {
    const auto printed = print(arguments.text);
    return printed ? exit_success : report_errors({{printed.error()}});
  }
  static_cast<void>(write_all(STDERR_FILENO, arguments.text));
  return arguments.exit_code;
}

int check(const CheckArguments& arguments) {
  if (arguments.markdown) return answer({settings_markdown(), exit_success});
  return run_check(load_config(inputs_of(arguments)));
}

int mint_token(const TokenArguments& arguments) {
  const auto loaded = load_config(inputs_of(arguments));
  if (!loaded) return report_errors(loaded.error());
  const auto secrets = read_secrets(loaded->config);
  if (!secrets) return report_errors({{secrets.error()}});
  const auto token = make_token(arguments.options, loaded->config, *secrets, unix_now());
  if (!token) return report_errors({{token.error()}});
  return answer({*token + "\n", exit_success});
}

int serve_with(const ServeArguments& arguments, ServeFunction serve) {
  const auto loaded = load_config(inputs_of(arguments));
  if (!loaded) return report_errors(loaded.error());
  log_configure(loaded->config.log.level, loaded->config.log.format);
  for (const std::string& warning : loaded->warnings) log_warning(warning);
  const auto secrets = read_or_make_secrets(loaded->config);
  if (!secrets) return report_errors({{secrets.error()}});
  return serve(loaded->config, *secrets);
}

}  // namespace

Arguments parse_arguments(std::vector<std::string> words) {
  const std::string first = words.empty() ? "" : words.front();
  if (first == "--help" || first == "-h" || first == "help") {
    return PrintArguments{std::string(general_help), exit_success};
  }
  if (first == "version" || first == "--version") {
    return PrintArguments{"river " RIVER_VERSION "\n", exit_success};
  }
  if (first.empty() || first.starts_with("-")) return parse_serve(std::move(words));
  words.erase(words.begin());
  if (first == "serve") return parse_serve(std::move(words));
  if (first == "check") return parse_check(std::move(words));
  if (first == "token") return parse_token(std::move(words));
  const std::array<std::string, 4> commands = {"serve", "check", "token", "version"};
  return usage_error(fmt::format("unknown command {}; the nearest known one is {}", first,
                                 nearest_name(first, commands)));
}

int run_command_line(int argc, char** argv, ServeFunction serve) {
  hold_standard_descriptors();
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) words.emplace_back(argv[i]);
  const Arguments arguments = parse_arguments(std::move(words));
  if (const auto* to_serve = std::get_if<ServeArguments>(&arguments)) {
    return serve_with(*to_serve, serve);
  }
  if (const auto* to_check = std::get_if<CheckArguments>(&arguments)) return check(*to_check);
  if (const auto* to_mint = std::get_if<TokenArguments>(&arguments)) return mint_token(*to_mint);
  return answer(std::get<PrintArguments>(arguments));
}

}  // namespace river::server
