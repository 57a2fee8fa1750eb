import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { startServer } from "../simulator/server.ts";
import { describeClusterGateway } from "./cluster-gateway.ts";

describeClusterGateway("the simulated cluster, in process", async (cluster) => ({
  gateway: simulatedGateway(cluster),
  async [Symbol.asyncDispose]() {},
}));

describeClusterGateway("the REST gateway, over loopback to the simulated cluster", async (cluster) => {
  const server = await startServer(cluster);
  const { apiVersion, clock } = cluster;
  const opened = openCluster(
    { endpoints: [server.url], apiVersion, credential: { kind: "none" }, trust: SYSTEM_TRUST },
    { clock, proxies: {}, warn: () => {} },
  );
  return {
    gateway: opened.gateway,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await opened.close();
    },
  };
});
