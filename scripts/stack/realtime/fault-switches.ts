/** The endpoint with which tests order faults; it exists only when the environment asks for it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerEmpty, answerJson, readBody } from './http-answers.ts';
import { isRecord } from './protocol.ts';
import type { Services } from './services.ts';

const MOST_BODY_BYTES = 10_000;

type Order = (services: Services, options: Record<string, unknown>) => void;

const ORDERS: Record<string, Order> = {
  /** Ends every socket without a close frame. */
  'drop-sockets': ({ connections }) => {
    for (const connection of connections.all) connection.cut();
  },
  /** `code`, 1012 when left out: what a restart of the server looks like. */
  'close-sockets': ({ connections }, { code }) => {
    for (const connection of connections.all) connection.close(typeof code === 'number' ? code : 1012);
  },
  /** `topic` (with its prefix; all when left out), `message`. */
  'close-channels': ({ connections }, { topic, message }) => {
    const text = typeof message === 'string' ? message : 'Token has expired 0 seconds ago';
    for (const connection of connections.all) {
      connection.closeChannels(text, typeof topic === 'string' ? topic : undefined);
    }
  },
  'hold-database-messages': ({ faults }) => faults.holdDatabaseMessages(),
  'release-database-messages': ({ faults }) => faults.releaseDatabaseMessages(),
  /** `every`: loses each nth message; 0 ends it. */
  'lose-database-messages': ({ faults }, { every }) =>
    faults.loseDatabaseMessages(typeof every === 'number' ? every : 1),
};

/** Reads `{"fault": name, …options}`. */
export async function handleFaults(
  request: IncomingMessage,
  response: ServerResponse,
  services: Services,
): Promise<void> {
  try {
    const order: unknown = JSON.parse((await readBody(request, MOST_BODY_BYTES)).toString());
    const fault = isRecord(order) && Object.hasOwn(ORDERS, String(order.fault)) ? order : undefined;
    if (!fault) {
      answerJson(response, 422, { error: `unknown fault; there are ${Object.keys(ORDERS).join(', ')}` });
      return;
    }
    ORDERS[String(fault.fault)]?.(services, fault);
    answerEmpty(response, 204);
  } catch {
    answerJson(response, 400, { error: 'unable to read the body; it must be a JSON object' });
  }
}
