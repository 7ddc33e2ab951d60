export { forgetfulGateway, type GatewayAnswer, type SimulatedGateway } from '../simulation/gateway'
export {
  type SimulatedHost,
  type SimulationOptions,
  type SimulationResult,
  simulate,
} from '../simulation/simulate'
export type { SimulatedStore } from '../simulation/world'
