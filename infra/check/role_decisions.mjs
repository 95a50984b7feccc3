// Holds every role to the calls that the tests make and AWS services make, in both directions, and to what must be denied.
//
//     node role_decisions.mjs ROLES.json CALL_SAMPLES_FOLDER
//
// ROLES.json comes from roles.py; the samples from a run of the tests with KEYSTEWARD_TEST_CALL_SAMPLES=<folder>.
// The evaluator, @cloud-copilot/iam-simulate, is AGPL-3.0-or-later: for tests only, never shipped.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runSimulation } from "@cloud-copilot/iam-simulate";
import {
  accountOf, BOUND, denials, everythingFor, FUNCTIONS, HUB, HUB_STANDS_FOR, ITEMS, leading, leastWay, MEMBER, MEMBER_ROLE, ROLES, ROTATE_KEY,
  SERVICE_CALLS, TABLE, TABLE_OF_FIRST, user,
} from "./role_facts.mjs";

// What the tests call the resources that the template names after the stack.
const RESOURCES = [
  [/^(arn:aws:sns:[^:]*:\d+):keysteward$/, () => "$1:keysteward-notices"],
  [/^(arn:aws:sns:[^:]*:\d+):(people|chat)$/, () => "$1:keysteward-$2"],
  [/^arn:aws:dynamodb:[^:]*:\d+:table\/[^/]+$/, () => TABLE],
  [/^arn:aws:s3:::[^/]+(\/.*)?$/, () => "arn:aws:s3:::keysteward-reports$1"],
  [/^(arn:aws:ses:[^:]*:\d+:configuration-set)\/.*$/, () => "$1/keysteward-mail"],
  [/^(arn:aws:iam::\d+:role)\/[^/]*$/, (caller) => `$1/keysteward-${MEMBER_ROLE[caller]}`],
];
const FREE = new Set(["sts:GetCallerIdentity"]);

const [rolesFile, samplesFolder] = process.argv.slice(2);
const ways = JSON.parse(readFileSync(rolesFile));
const samples = readdirSync(samplesFolder)
  .filter((file) => file.endsWith(".jsonl"))
  .flatMap((file) => readFileSync(join(samplesFolder, file), "utf8").trim().split("\n"))
  .map((line) => JSON.parse(line));

const differences = new Set();
const answers = new Map();

// Keys and roles ask their own policies, too: here these leave it to the role's.
const ownPolicy = (account) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ["kms:*", "sts:AssumeRole"], Resource: "*" }],
});
const EVERYTHING = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };

// The answer of a role's policy in one way of deploying. A role that is not deployed allows nothing.
async function decide(way, { role, action, resource, context }, policy = ways[way]?.[role]?.policy) {
  if (!policy) return "not deployed";
  const asked = JSON.stringify([way, role, action, resource, context]);
  if (!answers.has(asked)) {
    const account = accountOf(role);
    const principal = `arn:aws:sts::${account}:assumed-role/keysteward-${role}/session`;
    const answer = await runSimulation(
      {
        request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
        identityPolicies: [{ name: "role", policy }],
        ...(/^kms:|^sts:AssumeRole$/.test(action) ? { resourcePolicy: ownPolicy(account) } : {}),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    answers.set(asked, answer.resultType === "error" ? JSON.stringify(answer.errors) : answer.overallResult);
  }
  return answers.get(asked);
}

const say = ({ role, action, resource, context }) => `${role}: ${action} on ${resource} with ${JSON.stringify(context)}`;

// A call that is needed is allowed when everything is switched on, and in the least way of deploying that needs it, and not before.
async function mustBeAllowed(call, who) {
  const { least, notYet } = leastWay(call);
  for (const way of call.only ? [call.only] : [everythingFor(call.role), least]) {
    const got = await decide(way, call);
    if (got !== "Allowed") differences.add(`${way}: ${say(call)}: ${who} this call, and it is ${got}`);
  }
  if (notYet && (await decide(notYet, call)) === "Allowed") differences.add(`${notYet}: ${say(call)} is allowed, and not needed before ${least}`);
}

async function mustBeDenied(call, way = everythingFor(call.role)) {
  const got = await decide(way, call);
  if (!/^(Im|Ex)plicitlyDenied$/.test(got)) differences.add(`${way}: ${say(call)} must be denied, and is ${got}`);
  // A question that is denied whatever a role allows says nothing.
  if ((await decide("anything", call, EVERYTHING)) !== "Allowed") differences.add(`${say(call)} would be denied to anybody`);
}

// The request as IAM sees it. Lists of values, such as tag keys, are separated by commas in the samples.
function request(sample) {
  const context = {};
  for (const [key, value] of Object.entries(sample.conditions)) {
    // The evaluator's data lacks it; no role asks for it.
    if (key.startsWith("secretsmanager:ResourceTag/")) continue;
    context[key] = ["aws:TagKeys", "dynamodb:LeadingKeys", "ses:Recipients"].includes(key) ? value.split(",") : value;
  }
  // A secret that is gone, or that no function rotates, has no such key, and the round must be told so all the same.
  if (sample.service === "secretsmanager" && sample.caller === "rotate-key" && sample.operation !== "DescribeSecret") {
    context["secretsmanager:resource/AllowRotationLambdaArn"] = ROTATE_KEY;
  }
  // A service is named in an action as in its ARNs, but for a few.
  const operation = { ListObjectsV2: "ListBucket" }[sample.operation] ?? sample.operation;
  const [pattern, name] = RESOURCES.find(([one]) => one.test(sample.resource)) ?? [/$/, () => ""];
  return { action: `${sample.service}:${operation}`, resource: sample.resource.replace(pattern, name(sample.caller)), context };
}

// Every call of the tests is allowed to the role that made it: in a member account that is the one which the function assumes there.
const called = new Set();
const inHub = [];
for (const sample of samples) {
  if (!FUNCTIONS.includes(sample.caller) || FREE.has(`${sample.service}:${sample.operation}`)) continue;
  // What a test had refused on purpose says nothing about the role.
  if (/AccessDenied/.test(sample.error ?? "")) continue;
  // The organization is read in whichever account manages it, and never through a member role.
  const foreign = sample.account !== HUB && sample.caller !== "list-accounts";
  const call = { role: foreign ? MEMBER_ROLE[sample.caller] : sample.caller, ...request(sample) };
  if (!call.role) differences.add(`${sample.caller}: ${call.action} in account ${sample.account}, where it has no role`);
  else await mustBeAllowed(call, "the tests make");
  called.add(`${call.role} ${call.action}`);
  if (!foreign) inHub.push(call);
}

for (const [hubRole, role] of Object.entries(MEMBER_ROLE)) {
  for (const action of HUB_STANDS_FOR[role]) {
    const calls = inHub.filter((call) => call.role === hubRole && call.action === action);
    if (called.has(`${role} ${action}`)) differences.add(`${role}: ${action} is made in a member account by now: take it off the list of stand-ins`);
    if (calls.length === 0) differences.add(`${role}: ${action} has a stand-in that no test makes`);
    for (const call of calls) {
      await mustBeAllowed({ ...call, role, resource: call.resource.replace(`:${HUB}:`, `:${MEMBER}:`) }, "the tests make in the hub");
    }
  }
  for (const action of HUB_STANDS_FOR[role]) called.add(`${role} ${action}`);
}
for (const call of SERVICE_CALLS) {
  await mustBeAllowed(call, "AWS makes");
  called.add(`${call.role} ${call.action}`);
}

// Every action that a role allows is made by some test, or by AWS.
const deployed = new Set(Object.values(ways).flatMap((way) => Object.keys(way)));
for (const role of new Set([...ROLES, ...deployed])) {
  if (!ROLES.includes(role) || !deployed.has(role)) differences.add(`${role}: is deployed or has decisions, not both`);
}
for (const [way, roles] of Object.entries(ways)) {
  for (const [role, { policy }] of Object.entries(roles)) {
    for (const action of policy.Statement.filter((one) => one.Effect === "Allow").flatMap((one) => [one.Action].flat())) {
      if (!called.has(`${role} ${action}`)) differences.add(`${way}: ${role}: ${action} is allowed, and no test makes that call`);
    }
  }
}

for (const call of denials()) await mustBeDenied(call);

// Each function has the items of its partition keys and no others: with one table, those of the stack's own, and in a second Region the first one's.
for (const [role, { actions, keys }] of Object.entries(ITEMS)) {
  for (const action of actions) {
    for (const key of keys) {
      const call = { role, action, resource: TABLE, context: leading(key) };
      await mustBeAllowed(call, "the function needs");
      await mustBeAllowed({ ...call, resource: TABLE_OF_FIRST, only: "second-region" }, "in a second Region the function needs");
      await mustBeDenied(call, "second-region");
    }
  }
}

// Where the first Region's stack sweeps, this one does not.
const sweep = { role: "organization", action: "lambda:InvokeFunction", resource: ROTATE_KEY.replace("rotate-key", "deactivate-stale"), context: {} };
await mustBeDenied(sweep, "second-region-of-organization");

// Below a path, users elsewhere are out of reach.
for (const [way, roles] of Object.entries({
  "enforce-below-a-path": ["rotate-key", "deactivate-stale"], "member-below-a-path": ["member", "member-rotation"],
})) {
  for (const role of roles) {
    const changes = ways[way][role].policy.Statement.filter((statement) => statement.Effect === "Allow")
      .flatMap((statement) => [statement.Action].flat())
      .filter((action) => /^iam:(?!Get|List|Generate)/.test(action));
    for (const action of new Set(changes)) {
      const at = (path) => ({ role, action, resource: user(accountOf(role), path), context: BOUND });
      for (const path of ["/", "/services/", "/people/service/"]) await mustBeDenied(at(path), way);
      for (const path of ["/service/", "/service/deep/"]) {
        if ((await decide(way, at(path))) !== "Allowed") differences.add(`${way}: ${say(at(path))} must be allowed below the path`);
      }
    }
  }
}

// A deployment that only reports cannot change a user, or anything but its reports, its notices and its dead letters.
for (const [way, roles] of Object.entries(ways).filter(([way]) => /^as-it-is$|dry-run/.test(way))) {
  for (const role of ["deactivate-stale", "member"].filter((one) => roles[one])) {
    for (const action of roles[role].policy.Statement.filter((one) => one.Effect === "Allow").flatMap((one) => [one.Action].flat())) {
      if (!/^iam:(Get|List|Generate)[A-Za-z]*$|^dynamodb:(GetItem|Query)$|^secretsmanager:DescribeSecret$|^logs:|^s3:PutObject$|^sns:Publish$|^sqs:SendMessage$|^sts:AssumeRole$/.test(action)) {
        differences.add(`${way}: ${role}: ${action} is allowed to a deployment that only reports`);
      }
    }
  }
}

for (const difference of differences) console.log(difference);
console.log(`role decisions: ${answers.size} asked, ${samples.length} samples of calls, ${differences.size} not as expected`);
process.exit(differences.size > 0 ? 1 : 0);
