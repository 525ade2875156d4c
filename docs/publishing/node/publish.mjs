// Publishes one event to Mintsoft's exchange: node publish.mjs TYPE ACCOUNT ID FILE
// AMQP_URL says where RabbitMQ is. Exit code 0 when RabbitMQ has confirmed.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import amqp from "amqplib";

const EXCHANGE = "mintsoft.events";
const TRIES = 6;

// The data goes in as it is, so amounts keep their digits.
function envelope(type, account, id, data) {
  const attributes = {
    specversion: "1.0",
    id,
    source: `/mintsoft/${account}`,
    type,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
  };
  return Buffer.from(`${JSON.stringify(attributes).slice(0, -1)},"data":${data}}`);
}

class Unroutable extends Error {}

async function publish(url, type, id, body) {
  const connection = await amqp.connect(url);
  connection.on("error", () => {}); // whoever waits for the confirmation is told
  try {
    const channel = await connection.createConfirmChannel();
    let returned = false;
    channel.on("return", () => { returned = true; }); // comes before the confirmation
    channel.publish(EXCHANGE, type, body, {
      contentType: "application/cloudevents+json",
      persistent: true,
      messageId: id,
      mandatory: true, // a key that leads nowhere is an error, not a loss
    });
    await channel.waitForConfirms();
    if (returned) throw new Unroutable(`no queue takes ${type} from ${EXCHANGE}`);
  } finally {
    await connection.close().catch(() => {});
  }
}

const [type, account, id, file] = process.argv.slice(2);
const body = envelope(type, account, id, await readFile(file, "utf8"));
for (let attempt = 1; ; attempt++) {
  try {
    await publish(process.env.AMQP_URL, type, id, body);
    break;
  } catch (error) { // the same id again: it is taken once
    console.error(`try ${attempt} of ${TRIES}: ${error.message}`);
    if (error instanceof Unroutable || attempt === TRIES) process.exit(1);
    await pause(500 * 2 ** attempt);
  }
}
