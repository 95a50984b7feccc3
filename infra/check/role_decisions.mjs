// Holds the roles of the functions to the calls that the tests make, in both directions, and to what must be denied.
//
//     node role_decisions.mjs ROLES.json CALL_SAMPLES_FOLDER
//
// ROLES.json comes from roles.py; the samples from a run of the tests with KEYSTEWARD_TEST_CALL_SAMPLES=<folder>.
// The evaluator, @cloud-copilot/iam-simulate, is AGPL-3.0-or-later: for tests only, never shipped.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { runSimulation } from "@cloud-copilot/iam-simulate";

const HUB = "123456789012";
const MEMBER = "210987654321";
const REGION = "eu-west-1";
const FUNCTIONS = ["rotate-key", "deactivate-stale", "notify-owner", "list-accounts"];
const ROTATE_KEY = `arn:aws:lambda:${REGION}:${HUB}:function:keysteward-rotate-key`;

// What the tests call the resources that the template names after the stack.
const RESOURCES = [
  [/^(arn:aws:sns:[^:]*:\d+):keysteward$/, "$1:keysteward-notices"],
  [/^(arn:aws:sns:[^:]*:\d+):(people|chat)$/, "$1:keysteward-$2"],
  [/^arn:aws:s3:::[^/]+(\/.*)?$/, "arn:aws:s3:::keysteward-reports$1"],
  [/^(arn:aws:ses:[^:]*:\d+:configuration-set)\/.*$/, "$1/keysteward-mail"],
  [/^(arn:aws:iam::\d+:role)\/[^/]*$/, "$1/keysteward-member"],
];

// Actions that Lambda and Secrets Manager, not the function, take in the name of the role, or that need no permission.
const NOT_CALLED = new Set([
  "logs:CreateLogStream", "logs:PutLogEvents", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
  "kms:Decrypt", "kms:GenerateDataKey",
  // Without it, S3 answers 403 and not 404 for what is not there.
  "s3:ListBucket",
]);
const FREE = new Set(["sts:GetCallerIdentity"]);

const [rolesFile, samplesFolder] = process.argv.slice(2);
const ways = JSON.parse(readFileSync(rolesFile));
const samples = readdirSync(samplesFolder)
  .filter((file) => file.endsWith(".jsonl"))
  .flatMap((file) => readFileSync(join(samplesFolder, file), "utf8").trim().split("\n"))
  .map((line) => JSON.parse(line));

const differences = [];
let asked = 0;

async function decide(policy, { principal, account, action, resource, context }) {
  asked += 1;
  const answer = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: [{ name: "role", policy }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  return answer.resultType === "error" ? JSON.stringify(answer.errors) : answer.overallResult;
}

const roleArn = (role, account) => `arn:aws:sts::${account}:assumed-role/keysteward-${role}/session`;

function realName(resource) {
  for (const [pattern, name] of RESOURCES) {
    if (pattern.test(resource)) return resource.replace(pattern, name);
  }
  return resource;
}

// The request as IAM sees it. Lists of values, such as tag keys, are separated by commas in the samples.
function request(sample) {
  const context = {};
  for (const [key, value] of Object.entries(sample.conditions)) {
    // The evaluator's data lacks it; no role asks for it.
    if (key.startsWith("secretsmanager:ResourceTag/")) continue;
    context[key] = ["aws:TagKeys", "ses:Recipients"].includes(key) ? value.split(",") : value;
  }
  if (sample.service === "secretsmanager" && sample.caller === "rotate-key") {
    context["secretsmanager:resource/AllowRotationLambdaArn"] = ROTATE_KEY;
  }
  // A service is named in an action as in its ARNs, but for a few.
  const operation = { ListObjectsV2: "ListBucket" }[sample.operation] ?? sample.operation;
  const resource = realName(sample.resource);
  return { action: `${sample.service}:${operation}`, resource, context };
}

// Every call is allowed to the role of the function that made it.
const called = new Set();
for (const sample of samples) {
  // The organization is read in whichever account manages it, and never through the member role.
  const foreign = sample.account !== HUB && sample.caller !== "list-accounts";
  const role = foreign ? "member" : sample.caller;
  const asksForRole = sample.operation === "AssumeRole";
  if (!FUNCTIONS.includes(sample.caller) || FREE.has(`${sample.service}:${sample.operation}`)) continue;
  // What a test had refused on purpose says nothing about the role.
  if (/AccessDenied/.test(sample.error ?? "")) continue;
  const { action, resource, context } = request(sample);
  const way = foreign ? ways.member : ways.everything;
  const { policy } = way[asksForRole ? sample.caller : role];
  const principal = foreign ? `arn:aws:sts::${MEMBER}:assumed-role/keysteward-member/session` : roleArn(role, HUB);
  const got = await decide(policy, { principal, account: foreign ? sample.account : HUB, action, resource, context });
  called.add(`${role} ${action}`);
  // A sweep makes the same calls in other accounts.
  called.add(`member ${action}`);
  if (got !== "Allowed") {
    differences.push(`${role}: ${action} on ${resource} with ${JSON.stringify(context)}: the tests make this call, and it is ${got}`);
  }
}

// Every action that a role allows is made by some test.
for (const role of [...FUNCTIONS, "member"]) {
  const documents = role === "member" ? ways.member : ways.everything;
  for (const statement of documents[role].policy.Statement) {
    if (statement.Effect !== "Allow") continue;
    for (const action of [statement.Action].flat()) {
      if (!NOT_CALLED.has(action) && !called.has(`${role} ${action}`)) {
        differences.push(`${role}: ${action} is allowed, and no test makes that call`);
      }
    }
  }
}

// What must be denied, whoever asks.
const user = (path, name) => `arn:aws:iam::${HUB}:user${path}${name}`;
const secret = `arn:aws:secretsmanager:${REGION}:${HUB}:secret:ci-AbCdEf`;
const bound = { "aws:ResourceTag/keysteward:secret": secret, "iam:ResourceTag/keysteward:secret": secret };
const tagging = (...keys) => ({ "aws:TagKeys": keys, ...Object.fromEntries(keys.map((key) => [`aws:RequestTag/${key}`, "x"])) });
const ESCALATION = [
  "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:PutUserPermissionsBoundary",
  "iam:DeleteUserPermissionsBoundary", "iam:CreateUser", "iam:DeleteUser", "iam:UpdateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile",
  "iam:AddUserToGroup", "iam:DeactivateMFADevice", "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential",
  "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
];
const denied = [];
for (const role of FUNCTIONS) {
  const deny = (action, resource, context = {}) => denied.push({ role, action, resource, context });
  for (const action of ESCALATION) deny(action, user("/service/", "ci"), bound);
  for (const action of ["iam:PassRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"]) {
    deny(action, `arn:aws:iam::${HUB}:role/keysteward-${role}`);
  }
  deny("iam:CreatePolicyVersion", `arn:aws:iam::${HUB}:policy/p`);
  deny("sts:AssumeRole", `arn:aws:iam::${MEMBER}:role/OrganizationAccountAccessRole`);
  deny("lambda:UpdateFunctionConfiguration", ROTATE_KEY);
  deny("s3:GetObject", "arn:aws:s3:::another-bucket/key");
  deny("s3:DeleteObject", "arn:aws:s3:::keysteward-reports/keysteward/account=1/report.json");
  // Nobody exempts anybody, or binds a user to a secret; nobody touches tags of others.
  for (const key of ["keysteward:exempt", "keysteward:exempt:AKIAIOSFODNN7EXAMPLE", "keysteward:secret", "owner", "Department"]) {
    for (const action of ["iam:TagUser", "iam:UntagUser"]) deny(action, user("/service/", "ci"), { ...bound, ...tagging(key) });
  }
  deny("iam:TagUser", user("/service/", "ci"), { ...bound, ...tagging("keysteward:AKIAIOSFODNN7EXAMPLE", "owner") });
  deny("iam:TagUser", user("/service/", "ci"), bound);
  if (role !== "rotate-key") {
    deny("iam:CreateAccessKey", user("/service/", "ci"), bound);
    deny("secretsmanager:GetSecretValue", secret);
    deny("secretsmanager:PutSecretValue", secret);
  }
}
const rotate = (action, resource, context) => denied.push({ role: "rotate-key", action, resource, context });
for (const action of ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"]) {
  rotate(action, user("/service/", "ci"), {});
  rotate(action, user("/service/", "ci"), { "aws:ResourceTag/keysteward:secret": secret.replace(HUB, "999999999999") });
  rotate(action, user("/service/", "ci").replace(HUB, MEMBER), bound);
}
rotate("iam:TagUser", user("/service/", "ci"), tagging("keysteward:pending"));
for (const action of ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]) {
  rotate(action, secret, { "secretsmanager:resource/AllowRotationLambdaArn": ROTATE_KEY.replace("rotate-key", "other") });
  rotate(action, secret, {});
}
denied.push(
  { role: "notify-owner", action: "sns:Publish", resource: `arn:aws:sns:${REGION}:${HUB}:keysteward-notices`, context: {} },
  ...[["*@example.net", "keysteward@example.com"], ["ana@example.com", "ceo@example.com"]].map(([to, from]) => ({
    role: "notify-owner", action: "ses:SendEmail", resource: `arn:aws:ses:${REGION}:${HUB}:identity/example.com`,
    context: { "ses:FromAddress": from, "ses:Recipients": [to] },
  })),
  { role: "notify-owner", action: "ses:SendEmail", resource: `arn:aws:ses:${REGION}:${HUB}:identity/example.com`, context: { "ses:FromAddress": "keysteward@example.com" } },
  { role: "notify-owner", action: "s3:GetObject", resource: "arn:aws:s3:::keysteward-reports/keysteward/account=1/report.json", context: {} },
);
for (const { role, action, resource, context } of denied) {
  const got = await decide(ways.everything[role].policy, { principal: roleArn(role, HUB), account: HUB, action, resource, context });
  if (got === "Allowed") differences.push(`${role}: ${action} on ${resource} with ${JSON.stringify(context)} must be denied, and is allowed`);
}

// Below a path, users elsewhere are out of reach.
for (const role of ["rotate-key", "deactivate-stale"]) {
  const changes = ways["enforce-below-a-path"][role].policy.Statement.filter((statement) => statement.Effect === "Allow")
    .flatMap((statement) => [statement.Action].flat())
    .filter((action) => /^iam:(Create|Update|Delete|Tag|Untag)/.test(action));
  for (const action of new Set(changes)) {
    for (const [path, expected] of [["/service/", "Allowed"], ["/service/deep/", "Allowed"], ["/", "denied"], ["/services/", "denied"]]) {
      const context = { ...bound, ...(/ag/.test(action) ? tagging("keysteward:AKIAIOSFODNN7EXAMPLE") : {}) };
      const got = await decide(ways["enforce-below-a-path"][role].policy, { principal: roleArn(role, HUB), account: HUB, action, resource: user(path, "ci"), context });
      if ((got === "Allowed") !== (expected === "Allowed")) differences.push(`${role} below /service/: ${action} on ${path}ci: expected ${expected}, got ${got}`);
    }
  }
}

// A deployment that only reports cannot change a user.
for (const way of ["as-it-is", "dry-run-with-everything", "member-dry-run"]) {
  const { policy } = ways[way][way === "member-dry-run" ? "member" : "deactivate-stale"];
  for (const statement of policy.Statement.filter((one) => one.Effect === "Allow")) {
    for (const action of [statement.Action].flat()) {
      asked += 1;
      if (!/^iam:(Get|List|Generate)|^secretsmanager:Describe|^logs:|^s3:PutObject$|^sns:Publish$/.test(action)) {
        differences.push(`${way}: ${action} is allowed to a deployment that only reports`);
      }
    }
  }
}

for (const difference of new Set(differences)) console.log(difference);
console.log(`role decisions: ${asked} asked, ${samples.length} samples of calls, ${new Set(differences).size} not as expected`);
process.exit(differences.length > 0 ? 1 : 0);
