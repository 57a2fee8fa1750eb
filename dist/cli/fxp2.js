export { n as XMLBuilder } from "./fxp.js";
import "./container.js";
