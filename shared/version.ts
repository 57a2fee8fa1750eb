/** Kept equal to `package.json` by a test; the bundle has no package.json of the project beside it. */
export const TOOL_NAME = "service-fabric-restore-verification";
export const TOOL_VERSION = "0.1.0";
