#include "net/tls_context.h"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include "net/tls_testing.h"

namespace river::net {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_tls::Client;
using testing_tls::Connected;
using testing_tls::make_certificate;
using testing_tls::PemPair;

class TlsContextTest : public testing::Test {
 protected:
  void write(const PemPair& pair) const {
    directory_.write("certificate.pem", pair.certificate);
    directory_.write("key.pem", pair.key);
  }
  [[nodiscard]] auto load() const { return TlsContext::load(certificate_path_, key_path_); }
  [[nodiscard]] std::string load_error() const {
    const auto context = load();
    return context ? "no error" : context.error();
  }
  [[nodiscard]] std::string name_seen_by_client(const TlsContext& context) const {
    Client client;
    Connected connected(context, client);
    EXPECT_EQ(connected.handshake(), TlsStatus::done);
    return client.server_name();
  }

  testing_tls::TemporaryDirectory directory_;
  const std::string certificate_path_ = directory_.path("certificate.pem");
  const std::string key_path_ = directory_.path("key.pem");
};

// ── Loading ──

TEST_F(TlsContextTest, SaysWhichFileIsMissing) {
  EXPECT_THAT(load_error(),
              AllOf(HasSubstr(certificate_path_), HasSubstr("No such file or directory")));
  directory_.write("certificate.pem", make_certificate("river.test").certificate);
  EXPECT_THAT(load_error(), AllOf(HasSubstr(key_path_), HasSubstr("No such file or directory")));
}

TEST_F(TlsContextTest, SaysThatAFileIsNotPem) {
  const PemPair pair = make_certificate("river.test");
  write({.certificate = "not a certificate", .key = pair.key});
  EXPECT_THAT(load_error(), AllOf(HasSubstr(certificate_path_), HasSubstr("PEM")));
  write({.certificate = pair.certificate, .key = "not a key"});
  EXPECT_THAT(load_error(), AllOf(HasSubstr(key_path_), HasSubstr("PEM")));
}

TEST_F(TlsContextTest, SaysThatTheFilesAreSwapped) {
  const PemPair pair = make_certificate("river.test");
  write({.certificate = pair.key, .key = pair.certificate});
  EXPECT_THAT(load_error(), AllOf(HasSubstr(certificate_path_), HasSubstr("cannot be used")));
}

TEST_F(TlsContextTest, SaysThatTheKeyIsAnotherCertificates) {
  write({.certificate = make_certificate("one").certificate, .key = make_certificate("two").key});
  EXPECT_THAT(load_error(), AllOf(HasSubstr(key_path_), HasSubstr("does not belong to"),
                                  HasSubstr(certificate_path_)));
}

TEST_F(TlsContextTest, RefusesAKeyWithPassphraseInsteadOfAskingForIt) {
  write(make_certificate("river.test", 30, "secret"));
  EXPECT_THAT(load_error(), AllOf(HasSubstr("passphrase"), HasSubstr("openssl pkey")));
}

TEST_F(TlsContextTest, OnlyWarnsOfAnExpiredCertificate) {
  write(make_certificate("river.test", -1));
  testing::internal::CaptureStderr();
  EXPECT_EQ(load_error(), "no error");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("expired"), HasSubstr(certificate_path_)));
}

TEST_F(TlsContextTest, WarnsOfNothingWhenAllIsWell) {
  write(make_certificate("river.test"));
  testing::internal::CaptureStderr();
  EXPECT_EQ(load_error(), "no error");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// ── Reloading ──

TEST_F(TlsContextTest, ReloadIsForNewConnectionsAndLeavesOldOnesAlone) {
  write(make_certificate("old.test"));
  const auto context = load().value();
  Client old_client;
  Connected old(*context, old_client);
  ASSERT_EQ(old.handshake(), TlsStatus::done);
  Client client_under_way;
  Connected under_way(*context, client_under_way);
  static_cast<void>(client_under_way.handshake());
  under_way.carry();

  write(make_certificate("new.test"));
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(name_seen_by_client(*context), "new.test");

  old_client.write("still here");
  EXPECT_EQ(old.server_reads(), "still here");
  EXPECT_EQ(old.server_writes("good").status, TlsStatus::done);
  EXPECT_EQ(old.client_reads(), "good");
  EXPECT_EQ(under_way.handshake(), TlsStatus::done);
  EXPECT_EQ(client_under_way.server_name(), "old.test");
}

TEST_F(TlsContextTest, KeepsTheOldPairWhenTheNewOneIsBad) {
  write(make_certificate("old.test"));
  const auto context = load().value();
  write({.certificate = make_certificate("new.test").certificate, .key = "half-written"});
  const auto reloaded = context->reload();
  ASSERT_FALSE(reloaded);
  EXPECT_THAT(reloaded.error(), HasSubstr(key_path_));
  EXPECT_EQ(name_seen_by_client(*context), "old.test");
}

TEST_F(TlsContextTest, ReloadsWhileOtherThreadsAccept) {
  write(make_certificate("river.test"));
  const auto context = load().value();
  {
    std::vector<std::jthread> loops;
    for (int i = 0; i < 2; ++i) {
      loops.emplace_back([&] {
        for (int round = 0; round < 20; ++round) {
          EXPECT_EQ(name_seen_by_client(*context), "river.test");
        }
      });
    }
    for (int round = 0; round < 20; ++round) EXPECT_TRUE(context->reload());
  }
}

// ── How it speaks ──

class TlsDialectTest : public TlsContextTest {
 protected:
  TlsDialectTest() {
    write(make_certificate("river.test"));
    context_ = load().value();
  }
  [[nodiscard]] TlsStatus handshake() {
    Connected connected(*context_, client_);
    client_.renew();
    const TlsStatus status = connected.handshake();
    failure_ = connected.stream->failure();
    reused_ = connected.stream->session_reused();
    // The ticket of TLS 1.3 comes behind the handshake.
    static_cast<void>(connected.client_reads());
    connected.stream->shutdown();
    return status;
  }
  void offer(std::string_view protocols) {
    ::SSL_CTX_set_alpn_protos(client_.context(),
                              reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned>(protocols.size()));
  }
  [[nodiscard]] std::string chosen_protocol() const {
    const unsigned char* data = nullptr;
    unsigned size = 0;
    ::SSL_get0_alpn_selected(client_.ssl(), &data, &size);
    return {reinterpret_cast<const char*>(data), size};
  }

  std::unique_ptr<TlsContext> context_;
  Client client_;
  std::string failure_;
  bool reused_ = false;
};

TEST_F(TlsDialectTest, SpeaksTls12And13) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(client_.context(), version);
    SSL_CTX_set_max_proto_version(client_.context(), version);
    EXPECT_EQ(handshake(), TlsStatus::done);
    EXPECT_EQ(::SSL_version(client_.ssl()), version);
  }
}

TEST_F(TlsDialectTest, RefusesTls11AndOlder) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    SSL_CTX_set_min_proto_version(client_.context(), version);
    SSL_CTX_set_max_proto_version(client_.context(), version);
    EXPECT_EQ(handshake(), TlsStatus::failed);
    EXPECT_EQ(failure_, "unsupported protocol");
  }
}

TEST_F(TlsDialectTest, RefusesCiphersWithoutAuthenticatedEncryption) {
  SSL_CTX_set_max_proto_version(client_.context(), TLS1_2_VERSION);
  ASSERT_EQ(::SSL_CTX_set_cipher_list(client_.context(), "ECDHE-ECDSA-AES128-SHA"), 1);
  EXPECT_EQ(handshake(), TlsStatus::failed);
  EXPECT_EQ(failure_, "no shared cipher");
  ASSERT_EQ(::SSL_CTX_set_cipher_list(client_.context(), "ECDHE-ECDSA-AES128-GCM-SHA256"), 1);
  EXPECT_EQ(handshake(), TlsStatus::done);
}

TEST_F(TlsDialectTest, RefusesRenegotiation) {
  SSL_CTX_set_max_proto_version(client_.context(), TLS1_2_VERSION);
  Connected connected(*context_, client_);
  client_.renew();
  ASSERT_EQ(connected.handshake(), TlsStatus::done);
  ASSERT_EQ(::SSL_renegotiate(client_.ssl()), 1);
  static_cast<void>(client_.handshake());
  EXPECT_EQ(connected.server_reads(), "");
  connected.carry();
  ::ERR_clear_error();
  EXPECT_FALSE(client_.handshake());
  EXPECT_EQ(ERR_GET_REASON(::ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
  ::ERR_clear_error();
}

TEST_F(TlsDialectTest, ResumesASessionByTicket) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Client client;
    SSL_CTX_set_max_proto_version(client.context(), version);
    client.renew();
    for (const bool resumed : {false, true, true}) {
      Connected connected(*context_, client);
      ASSERT_EQ(connected.handshake(), TlsStatus::done);
      EXPECT_EQ(connected.client_reads(), "");  // takes the ticket
      EXPECT_EQ(connected.stream->session_reused(), resumed);
      EXPECT_EQ(::SSL_session_reused(client.ssl()), resumed ? 1 : 0);
      client.renew();
    }
  }
}

TEST_F(TlsDialectTest, TakesNoTicketOfBeforeAReload) {
  ASSERT_EQ(handshake(), TlsStatus::done);
  ASSERT_TRUE(context_->reload());
  ASSERT_EQ(handshake(), TlsStatus::done);
  EXPECT_FALSE(reused_);
  ASSERT_EQ(handshake(), TlsStatus::done);
  EXPECT_TRUE(reused_);
}

TEST_F(TlsDialectTest, ChoosesHttp11AmongWhatIsOffered) {
  offer("\x02h2\x08http/1.1");
  EXPECT_EQ(handshake(), TlsStatus::done);
  EXPECT_EQ(chosen_protocol(), "http/1.1");
}

TEST_F(TlsDialectTest, RefusesAClientThatOffersOnlyOtherProtocols) {
  offer("\x02h2\x08http/1.0");
  EXPECT_EQ(handshake(), TlsStatus::failed);
  EXPECT_EQ(failure_, "no application protocol");
}

TEST_F(TlsDialectTest, NeedsNoAlpn) {
  EXPECT_EQ(handshake(), TlsStatus::done);
  EXPECT_EQ(chosen_protocol(), "");
}

}  // namespace
}  // namespace river::net
