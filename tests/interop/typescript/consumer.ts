// A small client as a hackathon team would write it, on the types that openapi-typescript makes of
// the sandbox's document. It is compiled, not run: what it says of requests and answers must be so.
import type { components, paths } from "./schema";

type Payment = components["schemas"]["PaymentRead"];
type Transfer = paths["/v1/transfers"]["post"];
type TransferBody = Transfer["requestBody"]["content"]["application/json"];
type TransferHeaders = Transfer["parameters"]["header"];
type Keys =
  paths["/v1/api_keys"]["get"]["responses"][200]["content"]["application/json"];

const API = "http://127.0.0.1:8000";

export async function pay(key: string, to: string, amount: number): Promise<Payment> {
  const body: TransferBody = { to, amount, currency: "tEUR" };
  const headers: TransferHeaders = { "Idempotency-Key": crypto.randomUUID() };
  const answer = await fetch(`${API}/v1/transfers?wait=10`, {
    method: "POST",
    headers: { ...headers, Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Payment;
}

export function names(keys: Keys): string[] {
  return keys.data.filter((key) => key.revoked === null).map((key) => key.name);
}

export function status(payment: Payment): string {
  return payment.transaction.status;
}

// @ts-expect-error A transfer has a recipient.
export const incomplete: TransferBody = { amount: 1 };

// @ts-expect-error What moves value needs an idempotency key.
export const without: TransferHeaders = {};
