import { type Asked, ask } from "./http";
import type { paths } from "./schema";

/** Every address of the service, as its OpenAPI document describes it. */
type Method = "get" | "post" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
type Offering<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

type Json<R> = R extends { content: { "application/json": infer Body } } ? Body : null;
type Answers<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202 | 204)]> : never;
type Part<O, Name extends string> = O extends { parameters: infer All }
  ? Name extends keyof All
    ? NonNullable<All[Name]>
    : never
  : never;
type Content<B> = [B] extends [never]
  ? never
  : B extends { content: { "application/json": infer Body } }
    ? Body
    : never;
type Body<O> = O extends { requestBody?: infer B } ? Content<NonNullable<B>> : never;

/** Members that an operation does not take are not to be given. */
type Taken<T> = { [Name in keyof T as [T[Name]] extends [never] ? never : Name]: T[Name] };

export type Given<P extends keyof paths, M extends Method> = Taken<{
  path: Part<Operation<P, M>, "path">;
  body: Body<Operation<P, M>>;
}> & { query?: Part<Operation<P, M>, "query"> };

type Rest = Omit<Asked, "method" | "body">;

export function get<P extends Offering<"get">>(path: P, given: Given<P, "get">, rest: Rest = {}) {
  return send<Answers<Operation<P, "get">>>("GET", path, given, rest);
}

export function post<P extends Offering<"post">>(path: P, given: Given<P, "post">, rest: Rest = {}) {
  return send<Answers<Operation<P, "post">>>("POST", path, given, rest);
}

interface Parts {
  path?: unknown;
  query?: unknown;
  body?: unknown;
}

function send<T>(method: "GET" | "POST", template: string, given: Parts, rest: Rest): Promise<T> {
  const asked: Asked = { ...rest, method };
  if (given.body !== undefined) asked.body = given.body;
  return ask(address(template, given), asked) as Promise<T>;
}

/** Fill in an address: `null` and `undefined` in the query are left out. */
export function address(template: string, given: Parts): string {
  const filled = Object.entries(given.path ?? {}).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(String(value))),
    template,
  );
  const query = new URLSearchParams(
    Object.entries(given.query ?? {})
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => [name, String(value)]),
  ).toString();
  return query === "" ? filled : `${filled}?${query}`;
}
