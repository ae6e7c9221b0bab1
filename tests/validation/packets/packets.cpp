// ns-3: the transfers of a workload as TCP packets. Not part of the build; tests/validation/packets/compare builds it.
//
//   packets FILE [--queue=20ms] [--tcp=TcpNewReno] [--ns3::CLASS::ATTRIBUTE=VALUE ...] > RESULTS
//
// Lines of FILE: `delay REGION REGION ns`, `machine REGION UPLINK DOWNLINK ns` (bits per second; access latency),
// `transfer SERVER ASKER BYTES ns` (0 bytes: it goes on; start), `end ns` (0: when all are over), `digest TEXT` (handed
// on).
//
// Each region has a router, routers are linked with each other without queues worth mentioning, and each machine with
// the router of its region. Both ends of that link have a queue that drops what it has no room for: the uplink's at the
// machine, the downlink's at the router. A transfer has a connection, open long before, over which the asker asks
// and the server answers; it is over when the asker has the last byte.
#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>
#include <ns3/traffic-control-module.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace ns3;

constexpr std::uint32_t kSegmentBytes = 1448;  // of an Ethernet path, beside 52 bytes of headers with time stamps
constexpr std::uint32_t kRequestBytes = 100;
constexpr std::uint32_t kBufferBytes = 32 << 20;  // of a socket: never what limits a transfer
constexpr std::uint32_t kWriteBytes = 64 << 10;
constexpr std::int64_t kBeginNs = 10'000'000'000;  // of the workload, when all connections are open
constexpr std::uint16_t kFirstPort = 10'000;       // of transfer 0

struct Machine {
  std::uint32_t region;
  std::uint64_t uplink_bits;
  std::uint64_t downlink_bits;
  std::int64_t access_ns;
  Ptr<Node> node;
  Ipv4Address address;
};

struct Transfer {
  std::uint32_t server;
  std::uint32_t asker;
  std::uint64_t bytes;
  std::int64_t start_ns;
  Ptr<Socket> asking;
  std::uint64_t unsent = 0;
  std::uint64_t received = 0;
  std::uint32_t recoveries = 0;  // times that the server's TCP found something lost
  std::int64_t end_ns = 0;
};

struct Workload {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> delay_ns;  // by regions
  std::vector<Machine> machines;
  std::vector<Transfer> transfers;
  std::int64_t end_ns = 0;
  std::string digest;
};

bool read(const std::string& name, Workload& out) {
  std::ifstream file(name);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    if (kind == "delay") {
      std::uint32_t from = 0;
      std::uint32_t to = 0;
      words >> from >> to;
      words >> out.delay_ns[{from, to}];
    } else if (kind == "machine") {
      Machine m{};
      words >> m.region >> m.uplink_bits >> m.downlink_bits >> m.access_ns;
      out.machines.push_back(m);
    } else if (kind == "transfer") {
      Transfer t{};
      words >> t.server >> t.asker >> t.bytes >> t.start_ns;
      out.transfers.push_back(t);
    } else if (kind == "end") {
      words >> out.end_ns;
    } else if (kind == "digest") {
      words >> out.digest;
    } else {
      return false;
    }
    if (!words) return false;
  }
  return !out.digest.empty();
}

// Both directions have their own speed, and a queue of what passes in `queue` and of two packets at least.
NetDeviceContainer link(Ptr<Node> a, Ptr<Node> b, std::uint64_t from_a_bits, std::uint64_t from_b_bits,
                        std::int64_t delay_ns, Time queue) {
  NS_ABORT_MSG_IF(delay_ns < 0, "latencies of regions that no routers have");
  PointToPointHelper helper;
  helper.SetChannelAttribute("Delay", TimeValue(NanoSeconds(delay_ns)));
  NetDeviceContainer devices = helper.Install(a, b);
  const std::uint64_t bits[] = {from_a_bits, from_b_bits};
  for (std::uint32_t i = 0; i < 2; ++i) {
    auto device = DynamicCast<PointToPointNetDevice>(devices.Get(i));
    device->SetDataRate(DataRate(bits[i]));
    const auto bytes = static_cast<std::uint32_t>(static_cast<double>(bits[i]) / 8 * queue.GetSeconds());
    device->GetQueue()->SetMaxSize(QueueSize(QueueSizeUnit::BYTES, std::max(bytes, 3000U)));
  }
  return devices;
}

void connect_all(Workload& workload, Time queue) {
  constexpr std::uint64_t kCoreBits = 100'000'000'000;
  std::uint32_t regions = 0;
  for (const auto& [pair, ns] : workload.delay_ns) regions = std::max(regions, pair.first + 1);
  NodeContainer routers(regions);
  InternetStackHelper internet;
  internet.Install(routers);
  Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
  const auto address = [&](const NetDeviceContainer& devices) {
    const Ipv4InterfaceContainer out = addresses.Assign(devices);
    addresses.NewNetwork();
    // The helper puts FqCoDel above the device; the queue of the device alone is meant.
    TrafficControlHelper().Uninstall(devices);
    return out.GetAddress(0);
  };
  // The way within a region leads over its router only, and so do both ends of a way between two: half of a region's
  // own latency is in the links of its machines, and the rest in those between routers.
  const auto within = [&](std::uint32_t region) { return workload.delay_ns.at({region, region}); };
  for (std::uint32_t i = 0; i < regions; ++i) {
    for (std::uint32_t j = i + 1; j < regions; ++j) {
      const std::int64_t between = workload.delay_ns.at({i, j}) - (within(i) + within(j)) / 2;
      address(link(routers.Get(i), routers.Get(j), kCoreBits, kCoreBits, between, MilliSeconds(10)));
    }
  }
  for (Machine& m : workload.machines) {
    m.node = CreateObject<Node>();
    internet.Install(m.node);
    m.address = address(
        link(m.node, routers.Get(m.region), m.uplink_bits, m.downlink_bits, m.access_ns + within(m.region) / 2, queue));
  }
  Ipv4GlobalRoutingHelper::PopulateRoutingTables();
}

void write_more(Transfer* transfer, Ptr<Socket> socket, std::uint32_t) {
  while (transfer->unsent > 0) {
    const auto bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(transfer->unsent, kWriteBytes));
    if (socket->GetTxAvailable() < bytes) return;
    NS_ABORT_IF(socket->Send(Create<Packet>(bytes)) != static_cast<int>(bytes));
    transfer->unsent -= bytes;
  }
}

void asked(Transfer* transfer, Ptr<Socket> socket) {
  while (Ptr<Packet> packet = socket->Recv()) {
    NS_ABORT_IF(packet->GetSize() != kRequestBytes);
    transfer->unsent = transfer->bytes == 0 ? ~std::uint64_t{0} : transfer->bytes;
  }
  write_more(transfer, socket, 0);
}

void congestion_state(Transfer* transfer, TcpSocketState::TcpCongState_t, TcpSocketState::TcpCongState_t state) {
  if (state == TcpSocketState::CA_RECOVERY || state == TcpSocketState::CA_LOSS) ++transfer->recoveries;
}

void accepted(Transfer* transfer, Ptr<Socket> socket, const Address&) {
  socket->SetRecvCallback(MakeBoundCallback(&asked, transfer));
  socket->SetSendCallback(MakeBoundCallback(&write_more, transfer));
  socket->TraceConnectWithoutContext("CongState", MakeBoundCallback(&congestion_state, transfer));
}

std::size_t open_transfers = 0;

void answered(Transfer* transfer, Ptr<Socket> socket) {
  while (Ptr<Packet> packet = socket->Recv()) transfer->received += packet->GetSize();
  if (transfer->bytes == 0 || transfer->received < transfer->bytes || transfer->end_ns != 0) return;
  transfer->end_ns = Simulator::Now().GetNanoSeconds();
  if (--open_transfers == 0) Simulator::Stop();
}

void ask(Transfer* transfer) {
  NS_ABORT_IF(transfer->asking->Send(Create<Packet>(kRequestBytes)) != static_cast<int>(kRequestBytes));
}

void prepare(Workload& workload) {
  std::uint16_t port = kFirstPort;
  open_transfers = workload.transfers.size();
  for (Transfer& t : workload.transfers) {
    const Machine& server = workload.machines[t.server];
    const TypeId tcp = TcpSocketFactory::GetTypeId();
    Ptr<Socket> listening = Socket::CreateSocket(server.node, tcp);
    NS_ABORT_IF(listening->Bind(InetSocketAddress(Ipv4Address::GetAny(), port)) != 0 || listening->Listen() != 0);
    listening->SetAcceptCallback(MakeNullCallback<bool, Ptr<Socket>, const Address&>(),
                                 MakeBoundCallback(&accepted, &t));
    t.asking = Socket::CreateSocket(workload.machines[t.asker].node, tcp);
    t.asking->SetRecvCallback(MakeBoundCallback(&answered, &t));
    Simulator::Schedule(MilliSeconds(10 * (port - kFirstPort)),
                        [&t, to = InetSocketAddress(server.address, port)] { t.asking->Connect(to); });
    Simulator::Schedule(NanoSeconds(kBeginNs + t.start_ns), &ask, &t);
    ++port;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Config::SetDefault("ns3::TcpSocket::SegmentSize", UintegerValue(kSegmentBytes));
  Config::SetDefault("ns3::TcpSocket::SndBufSize", UintegerValue(kBufferBytes));
  Config::SetDefault("ns3::TcpSocket::RcvBufSize", UintegerValue(kBufferBytes));
  std::string file;
  std::string tcp = "TcpCubic";
  Time queue = MilliSeconds(100);
  CommandLine arguments;
  arguments.AddNonOption("file", "the workload", file);
  arguments.AddValue("tcp", "congestion control", tcp);
  arguments.AddValue("queue", "what a queue of an access link holds, in time", queue);
  arguments.Parse(argc, argv);
  Config::SetDefault("ns3::TcpL4Protocol::SocketType", StringValue("ns3::" + tcp));
  Workload workload;
  if (!read(file, workload)) {
    std::cerr << "packets: " << file << ": expected a workload\n";
    return 3;
  }
  connect_all(workload, queue);
  prepare(workload);
  if (workload.end_ns != 0) Simulator::Stop(NanoSeconds(kBeginNs + workload.end_ns));
  Simulator::Run();
  std::cout.precision(9);
  std::cout << "# workload " << workload.digest << "\nseconds,bytes,recoveries\n";
  for (const Transfer& t : workload.transfers) {
    if (t.end_ns != 0) std::cout << static_cast<double>(t.end_ns - kBeginNs - t.start_ns) / 1e9;
    std::cout << "," << t.received << "," << t.recoveries << "\n";
  }
  Simulator::Destroy();
  return 0;
}
