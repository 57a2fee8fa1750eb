import { restGateway } from "../../shared/service-fabric/rest-gateway.ts";
import { httpTransport } from "../../shared/service-fabric/transport.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { startServer } from "../simulator/server.ts";
import { describeClusterGateway } from "./cluster-gateway.ts";

describeClusterGateway("the simulated cluster, in process", async (cluster) => ({
  gateway: simulatedGateway(cluster),
  async [Symbol.asyncDispose]() {},
}));

describeClusterGateway("the REST gateway, over loopback to the simulated cluster", async (cluster) => {
  const server = await startServer(cluster);
  const transport = httpTransport();
  const { apiVersion, clock } = cluster;
  return {
    gateway: restGateway({ endpoints: [server.url], apiVersion, transport, clock }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await transport.close();
    },
  };
});
