// Evaluates every document in infra/policies against a table of decisions.
//
//     npm ci && node policy_decisions.mjs
//
// The evaluator, @cloud-copilot/iam-simulate, is AGPL-3.0-or-later: for tests only, never shipped.

import { readFileSync, readdirSync } from "node:fs";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import {
  ACCOUNT, ALWAYS, CALLER, GIT, KINDS, MFA, NEVER, OTHERS, PARTITIONS, PATHS, SERVICE_CREDENTIALS,
  STOPPED_WITHOUT_MFA, WITHOUT_MFA,
} from "./policy_facts.mjs";
import { scpDecisions } from "./scp_facts.mjs";

const ALLOWED = "Allowed";
const NOT_GRANTED = "ImplicitlyDenied";
const DENIED = "ExplicitlyDenied";

const FOLDER = new URL("../policies/", import.meta.url);
const documents = Object.fromEntries(
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".json"))
    .map((file) => [file.slice(0, -".json".length), JSON.parse(readFileSync(new URL(file, FOLDER)))]),
);
const EVERYTHING = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
};

let asked = 0;
const differences = [];
const allowedSomewhere = new Set();

function differ(text) {
  differences.push(text);
}

// Asks for one decision and compares it. A context key that the evaluator leaves out of account
// would make the question another one, so that is a difference too.
async function expect(expected, { document, beside = [], scp, account = ACCOUNT, principal, action, resource, context }) {
  asked += 1;
  const named = (name, policy) => ({ name, policy });
  const answer = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: context,
      },
      identityPolicies: [
        ...(document ? [named(document, documents[document])] : []),
        ...beside.map((policy) => named("beside", policy)),
      ],
      serviceControlPolicies: scp
        ? [{ orgIdentifier: "r-root", policies: [named("FullAWSAccess", EVERYTHING), named(scp, documents[scp])] }]
        : [],
      resourceControlPolicies: [],
    },
    {},
  );
  const ignored = answer.result?.ignoredContextKeys ?? [];
  const got = answer.resultType === "error" ? JSON.stringify(answer.errors) : answer.overallResult;
  if (got !== expected || ignored.length > 0) {
    differ(
      `${document ?? scp}: ${principal} ${action} ${resource} ${JSON.stringify(context)}: ` +
        `expected ${expected}, got ${got}${ignored.length > 0 ? `, ignored ${ignored}` : ""}`,
    );
  } else if (got === ALLOWED && document) {
    allowedSomewhere.add(`${document} ${action}`);
  }
}

function callers() {
  return PARTITIONS.flatMap((partition) =>
    PATHS.map((path) => {
      const prefix = `arn:${partition}:iam::${ACCOUNT}:`;
      const own = `${prefix}user/${path}${CALLER}`;
      const federated = `arn:${partition}:sts::${ACCOUNT}:federated-user/${CALLER}`;
      const arn = (resource) =>
        ({ own, "own-federated": federated, "*": "*" })[resource] ?? prefix + resource;
      return { own, arn };
    }),
  );
}

function documentsToJudge() {
  const combined = {};
  for (const kind of Object.values(KINDS)) {
    for (const [group, actions] of Object.entries(kind)) {
      combined[group] = [...(combined[group] ?? []), ...actions];
    }
  }
  return Object.entries({ ...KINDS, "all-credentials": combined }).flatMap(([name, kind]) => [
    { document: name, kind, demandsMfa: false },
    { document: `${name}-mfa`, kind, demandsMfa: true },
  ]);
}

// What a document is to answer to an action that is, or is not, granted.
function verdict(granted, action, mfa, demandsMfa) {
  if (demandsMfa && mfa !== "true" && !WITHOUT_MFA.includes(action)) {
    return DENIED;
  }
  return granted ? ALLOWED : NOT_GRANTED;
}

function contextOf(action, mfa) {
  const create = action === "iam:CreateServiceSpecificCredential" ? GIT : {};
  return { "aws:username": CALLER, ...MFA[mfa], ...create };
}

// Every action of every kind, so that a document grants its own kind and none of another's.
async function credentials({ document, kind, demandsMfa }) {
  const has = (group, action) =>
    [...(kind[group] ?? []), ...(ALWAYS[group] ?? [])].includes(action);
  const all = [...Object.values(KINDS), ALWAYS];
  const listed = (group) => [...new Set(all.flatMap((other) => other[group] ?? []))];
  for (const { own, arn } of callers()) {
    for (const mfa of Object.keys(MFA)) {
      const ask = (granted, action, resource) =>
        expect(verdict(granted, action, mfa, demandsMfa), {
          document, principal: own, action, resource, context: contextOf(action, mfa),
        });
      for (const action of listed("own")) {
        await ask(has("own", action), action, own);
      }
      for (const action of listed("ownWithMfa")) {
        await ask(mfa === "true" && has("ownWithMfa", action), action, own);
      }
      for (const action of listed("account")) {
        await ask(has("account", action), action, "*");
      }
      for (const action of listed("device")) {
        for (const name of ["mfa/bob", "mfa/phone-of-bob", "mfa/team/phone"]) {
          await ask(has("device", action), action, arn(name));
        }
      }
      for (const [action, resource] of NEVER) {
        await ask(false, action, arn(resource));
      }
    }
    for (const action of [...listed("own"), ...listed("ownWithMfa")]) {
      for (const other of OTHERS) {
        await expect(NOT_GRANTED, {
          document, principal: own, action, resource: arn(other), context: contextOf(action, "true"),
        });
      }
    }
  }
}

async function serviceCredentials({ document, kind, demandsMfa }) {
  const action = "iam:CreateServiceSpecificCredential";
  for (const { own, arn } of callers()) {
    for (const [service, days, allowed] of SERVICE_CREDENTIALS) {
      const context = {
        "aws:username": CALLER,
        ...MFA.true,
        ...(service && { "iam:ServiceSpecificCredentialServiceName": service }),
        ...(days && { "iam:ServiceSpecificCredentialAgeDays": days }),
      };
      const granted = allowed && (kind.own ?? []).includes(action);
      const ask = (expected, resource) =>
        expect(expected, { document, principal: own, action, resource, context });
      await ask(verdict(granted, action, "true", demandsMfa), own);
      for (const other of allowed && days ? OTHERS : []) {
        await ask(NOT_GRANTED, arn(other));
      }
    }
  }
}

// The demand for MFA holds for whatever else the user may do.
async function administratorsWithoutMfa({ document, demandsMfa }) {
  const elsewhere = {
    "iam:CreateVirtualMFADevice": "mfa/bob",
    "iam:ListVirtualMFADevices": "*",
    "sts:GetSessionToken": "*",
  };
  const exempt = WITHOUT_MFA.map((action) => [action, elsewhere[action] ?? "own"]);
  for (const { own, arn } of callers()) {
    for (const mfa of Object.keys(MFA)) {
      for (const [action, resource] of [...STOPPED_WITHOUT_MFA, ...exempt]) {
        await expect(verdict(true, action, mfa, demandsMfa), {
          document,
          beside: [EVERYTHING],
          principal: own,
          action,
          resource: arn(resource),
          context: contextOf(action, mfa),
        });
      }
    }
  }
}

const judged = documentsToJudge();
for (const entry of judged) {
  await credentials(entry);
  await serviceCredentials(entry);
}
// Each action that a document names must have been allowed by that document at least once.
for (const { document } of judged) {
  for (const statement of documents[document]?.Statement ?? []) {
    for (const action of statement.Effect === "Allow" ? [statement.Action].flat() : []) {
      asked += 1;
      if (!allowedSomewhere.has(`${document} ${action}`)) {
        differ(`${document}: ${statement.Sid}: no decision allows ${action}`);
      }
    }
  }
}
for (const entry of judged) {
  await administratorsWithoutMfa(entry);
}
for (const { expected, ...request } of scpDecisions()) {
  await expect(expected, { ...request, scp: "scp-protect-keysteward", beside: [EVERYTHING] });
}

const known = new Set([...judged.map(({ document }) => document), "scp-protect-keysteward"]);
for (const document of new Set([...known, ...Object.keys(documents)])) {
  if (!known.has(document) || !(document in documents)) {
    differ(`${document}: is a document or has a table, not both`);
  }
}
for (const text of differences.slice(0, 40)) {
  console.error(text);
}
console.log(`decisions: ${asked - differences.length} of ${asked} as expected`);
process.exitCode = differences.length > 0 ? 1 : 0;
