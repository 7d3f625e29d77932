/** @file The worker in which the network trains. */
import { serveMoons } from "./moons.net";

serveMoons();
