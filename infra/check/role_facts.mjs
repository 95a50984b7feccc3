// What the roles are held to, written down apart from the templates: who calls what, in which least way of deploying, and what nobody may.

import { readFileSync } from "node:fs";

export const HUB = "123456789012";
export const MEMBER = "210987654321";
export const REGION = "eu-west-1";
export const FUNCTIONS = ["rotate-key", "deactivate-stale", "notify-owner", "list-accounts"];
// Which role of a member account a function assumes.
export const MEMBER_ROLE = { "deactivate-stale": "member", "rotate-key": "member-rotation" };
export const ROLES = [...FUNCTIONS, "scheduler", "organization", ...Object.values(MEMBER_ROLE)];
export const ROTATE_KEY = `arn:aws:lambda:${REGION}:${HUB}:function:keysteward-rotate-key`;

export const accountOf = (role) => (role.startsWith("member") ? MEMBER : HUB);
export const everythingFor = (role) => (role.startsWith("member") ? "member" : "everything");

// The least way of deploying in which a call must be allowed, and one in which it must not: [role, actions, least, not yet in].
// What is not here must be allowed in the default deployment.
const LEAST = [
  ["deactivate-stale", /^iam:ListGroupsForUser$/, "exempt-groups", "as-it-is"],
  ["deactivate-stale", /^iam:(List(SSHPublicKeys|SigningCertificates)|GetLoginProfile)$/, "dry-run-with-everything", "enforce"],
  ["deactivate-stale", /^sts:AssumeRole$/, "other-accounts", "enforce"],
  ["deactivate-stale", /^iam:Update(AccessKey|ServiceSpecificCredential)$/, "enforce", "dry-run-of-other-accounts"],
  ["deactivate-stale", /^dynamodb:(PutItem|DeleteItem)$/, "enforce", "dry-run-of-other-accounts"],
  ["deactivate-stale", /^iam:(Update(SSHPublicKey|SigningCertificate)|DeleteLoginProfile)$/, "enforce-all-kinds", "dry-run-of-other-accounts"],
  ["deactivate-stale", /^iam:Delete(AccessKey|ServiceSpecificCredential)$/, "enforce-and-delete", "enforce-all-kinds"],
  ["deactivate-stale", /^iam:Delete(SSHPublicKey|SigningCertificate)$/, "everything", "enforce-and-delete"],
  ["rotate-key", /^sts:(AssumeRole|GetAccessKeyInfo)$/, "rotation-in-other-accounts", "dry-run-of-other-accounts"],
  ["rotate-key", /^kms:/, "everything", "enforce"],
  ["notify-owner", /^ses:/, "mail", "as-it-is"],
  ["list-accounts", /./, "organization"],
  ["organization", /./, "organization"],
  ["scheduler", /^states:/, "organization", "as-it-is"],
  ["member", /^iam:(List(SSHPublicKeys|SigningCertificates)|GetLoginProfile)$/, "member-dry-run-with-everything", "member-enforce"],
  ["member", /^iam:Update(AccessKey|ServiceSpecificCredential)$/, "member-enforce", "member-dry-run-with-everything"],
  ["member", /^iam:(Update(SSHPublicKey|SigningCertificate)|DeleteLoginProfile)$/, "member-enforce-all-kinds", "member-dry-run-with-everything"],
  ["member", /^iam:Delete(AccessKey|ServiceSpecificCredential)$/, "member-enforce-and-delete", "member-enforce-all-kinds"],
  ["member", /^iam:Delete(SSHPublicKey|SigningCertificate)$/, "member", "member-enforce-and-delete"],
  ["member", /./, "member-dry-run"],
  ["member-rotation", /./, "member-rotation"],
];

export function leastWay({ role, action, resource }) {
  if (role === "notify-owner" && resource.endsWith(":keysteward-chat")) return { least: "chat", notYet: "as-it-is" };
  if (role === "organization" && resource === ROTATE_KEY) return { least: "rotation-in-organization", notYet: "organization" };
  const [, , least, notYet] = LEAST.find(([who, actions]) => who === role && actions.test(action)) ?? [role, /./, "as-it-is"];
  return { least, notYet };
}

// Calls of a sweep or a rotation that the tests make in the hub's account only. There they stand for the same call in a member account.
export const HUB_STANDS_FOR = {
  member: [
    "iam:ListGroupsForUser", "iam:ListSSHPublicKeys", "iam:ListSigningCertificates", "iam:GetLoginProfile", "secretsmanager:DescribeSecret",
    "iam:UpdateServiceSpecificCredential", "iam:UpdateSSHPublicKey", "iam:UpdateSigningCertificate", "iam:DeleteLoginProfile", "iam:DeleteAccessKey",
    "iam:DeleteServiceSpecificCredential", "iam:DeleteSSHPublicKey", "iam:DeleteSigningCertificate",
  ],
  "member-rotation": [],
};

// What AWS services do in the name of a role, which no test sees; it follows the documentation. Nothing else may be allowed without a test.
const definition = JSON.parse(readFileSync(new URL("../organization.asl.json", import.meta.url)));
const results = `arn:aws:s3:::keysteward-reports/${definition.States.SweepAccounts.ResultWriter.Parameters.Prefix}/0f4c0b6d/SUCCEEDED_0.json`;
const manifest = "arn:aws:s3:::keysteward-reports/keysteward/manifest/2026-11-22T03-00-00Z.json";
const arn = (service, rest) => `arn:aws:${service}:${REGION}:${HUB}:${rest}`;
const lambda = (name) => arn("lambda", `function:keysteward-${name}`);
const deadLetters = arn("sqs", "keysteward-invocation-dead-letters");
const key = arn("kms", "key/k");
const through = { "kms:ViaService": `secretsmanager.${REGION}.amazonaws.com` };
const by = (role, actions, resource, context = {}) => actions.map((action) => ({ role, action, resource, context }));

export const SERVICE_CALLS = [
  ...FUNCTIONS.flatMap((role) =>
    by(role, ["logs:CreateLogStream", "logs:PutLogEvents"], arn("logs", `log-group:/aws/lambda/keysteward-${role}:log-stream:2026/11/22/[$LATEST]0`)),
  ),
  ...by("rotate-key", ["kms:Decrypt", "kms:GenerateDataKey"], key, through),
  ...["rotate-key", "deactivate-stale"].flatMap((role) => by(role, ["sqs:SendMessage"], deadLetters)),
  ...by("notify-owner", ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], arn("sqs", "keysteward-notices")),
  { role: "scheduler", action: "lambda:InvokeFunction", resource: lambda("deactivate-stale"), context: {}, only: "as-it-is" },
  ...by("scheduler", ["lambda:InvokeFunction"], ROTATE_KEY),
  ...by("scheduler", ["states:StartExecution"], arn("states", "stateMachine:keysteward-organization")),
  ...by("scheduler", ["sqs:SendMessage"], deadLetters),
  ...by("organization", ["lambda:InvokeFunction"], lambda("list-accounts")),
  ...by("organization", ["lambda:InvokeFunction"], lambda("deactivate-stale")),
  ...by("organization", ["lambda:InvokeFunction"], ROTATE_KEY),
  // In a second Region the runs make rounds only.
  { role: "organization", action: "lambda:InvokeFunction", resource: ROTATE_KEY, context: {}, only: "second-region-of-organization" },
  ...by("organization", ["states:StartExecution"], arn("states", "stateMachine:keysteward-organization")),
  ...["keysteward-organization:run", "keysteward-organization/Sweeps:child"].flatMap((execution) =>
    by("organization", ["states:DescribeExecution", "states:StopExecution"], arn("states", `execution:${execution}`)),
  ),
  ...by("organization", ["s3:GetObject"], manifest),
  ...by("organization", ["s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"], results),
  ...by("organization", [
    "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery", "logs:ListLogDeliveries",
    "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups",
  ], "*"),
];

export const user = (account, path, name = "ci") => `arn:aws:iam::${account}:user${path}${name}`;
const secret = arn("secretsmanager", "secret:ci-AbCdEf");
const ownedBy = (holder) => ({ "aws:ResourceTag/keysteward:secret": holder, "iam:ResourceTag/keysteward:secret": holder });
export const BOUND = ownedBy(secret);

const ESCALATION = [
  "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:PutUserPermissionsBoundary",
  "iam:DeleteUserPermissionsBoundary", "iam:CreateUser", "iam:DeleteUser", "iam:UpdateUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile",
  "iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential",
  "iam:UploadSSHPublicKey", "iam:UploadSigningCertificate",
];
const OWN_ROLE = [
  "iam:PassRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:UpdateAssumeRolePolicy",
  "iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary", "iam:CreateRole", "iam:DeleteRole", "iam:TagRole", "sts:AssumeRole",
];
// Tags are declared by people: no role writes one, whatever its name.
const TAGS = [
  "keysteward:exempt", "Keysteward:Exempt", "keysteward:exempt:AKIAIOSFODNN7EXAMPLE", "keysteward:secret", "keysteward:AKIAIOSFODNN7EXAMPLE",
  "keysteward:pending", "owner",
];
const tagging = (...keys) => ({ "aws:TagKeys": keys, ...Object.fromEntries(keys.map((one) => [`aws:RequestTag/${one}`, "x"])) });

export const TABLE = arn("dynamodb", "table/keysteward-table");
// The table of the first stack, which a stack in a second Region is given.
export const TABLE_OF_FIRST = `arn:aws:dynamodb:us-east-1:${HUB}:table/keysteward-first`;
const READ_ITEMS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE_ITEMS = ["dynamodb:PutItem", "dynamodb:DeleteItem"];
// What each role does with items of which partition keys, and no other role does anything with the table.
export const ITEMS = {
  "rotate-key": { actions: [...READ_ITEMS, ...WRITE_ITEMS], keys: [`account#${HUB}`, `account#${MEMBER}`] },
  "deactivate-stale": { actions: [...READ_ITEMS, ...WRITE_ITEMS], keys: [`account#${HUB}`, `account#${MEMBER}`] },
  "notify-owner": {
    actions: [...READ_ITEMS, "dynamodb:PutItem", "dynamodb:UpdateItem"],
    keys: [`account#${HUB}`, `account#${MEMBER}`, "mail#0a1b2c3d", "reader#0a1b2c3d"],
  },
};
// Partition keys of no item, or of an item among others of a role's.
const FOREIGN_KEYS = ["x", "account", "accounts#1", "Account#1", `x#account#${HUB}`, "mail#0a1b2c3d", "mails#1", "reader#0a1b2c3d", "readers#1", ""];
const TABLE_ACTIONS = [
  "dynamodb:Scan", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLSelect", "dynamodb:PartiQLUpdate",
  "dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive", "dynamodb:UpdateContinuousBackups", "dynamodb:PutResourcePolicy",
  "dynamodb:ExportTableToPointInTime", "dynamodb:RestoreTableToPointInTime", "dynamodb:CreateBackup",
];
export const leading = (...keys) => ({ "dynamodb:LeadingKeys": keys });

// Calls at the table that a role must not be allowed: [{ role, action, resource, context }].
function denialsAtTheTable(role) {
  const { actions = [], keys = [] } = ITEMS[role] ?? {};
  const all = [...READ_ITEMS, ...WRITE_ITEMS, "dynamodb:UpdateItem"];
  const own = keys[0] ?? `account#${HUB}`;
  const denied = [];
  const deny = (action, resource, context) => denied.push({ role, action, resource, context });
  for (const action of all) {
    if (!actions.includes(action)) deny(action, TABLE, leading(own));
    // Without partition keys, and with one of them that is not the role's.
    deny(action, TABLE, {});
    for (const key of FOREIGN_KEYS.filter((key) => !keys.includes(key))) {
      deny(action, TABLE, leading(key));
      deny(action, TABLE, leading(own, key));
    }
    for (const other of [TABLE_OF_FIRST, arn("dynamodb", "table/another"), `${TABLE}-2`, `${TABLE}/index/x`]) deny(action, other, leading(own));
  }
  for (const action of TABLE_ACTIONS) deny(action, TABLE, /Scan|Batch|PartiQL/.test(action) ? leading(own) : {});
  return denied;
}
const KEYS = ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"];
const ROTATORS = ["rotate-key", "member-rotation"];

// What must be denied however much is switched on, to each role: [{ role, action, resource, context }].
export function denials() {
  const denied = [];
  for (const role of ROLES) {
    const account = accountOf(role);
    const ci = user(account, "/service/");
    const self = `arn:aws:iam::${account}:role/keysteward-${role}`;
    const deny = (action, resource, context = {}) => denied.push({ role, action, resource, context });
    for (const action of ESCALATION) deny(action, ci, BOUND);
    for (const action of OWN_ROLE) deny(action, self);
    deny("iam:AddUserToGroup", `arn:aws:iam::${account}:group/admins`);
    deny("iam:CreatePolicyVersion", `arn:aws:iam::${account}:policy/p`);
    deny("sts:AssumeRole", `arn:aws:iam::${MEMBER}:role/OrganizationAccountAccessRole`);
    for (const action of ["lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionCode"]) deny(action, ROTATE_KEY);
    // A schedule starts the round of the own account, and the state machine those of the others.
    if (!["scheduler", "organization"].includes(role)) deny("lambda:InvokeFunction", ROTATE_KEY);
    deny("s3:GetObject", "arn:aws:s3:::another-bucket/key");
    deny("s3:DeleteObject", "arn:aws:s3:::keysteward-reports/keysteward/account=1/report.json");
    deny("sqs:SendMessage", arn("sqs", "keysteward-notices"));
    deny("sqs:DeleteMessage", deadLetters);
    deny("kms:Decrypt", key);
    deny("kms:Decrypt", arn("kms", "key/another"), through);
    for (const action of ["iam:TagUser", "iam:UntagUser"]) {
      for (const tag of TAGS) deny(action, ci, { ...BOUND, ...tagging(tag) });
      deny(action, ci, { ...BOUND, ...tagging(...TAGS) });
      deny(action, ci, BOUND);
    }
    denied.push(...denialsAtTheTable(role));
    // A member role is for its own account, and the hub's roles are for theirs.
    for (const action of KEYS) deny(action, user(account === HUB ? MEMBER : HUB, "/service/"), BOUND);
    const unbound = ROTATORS.includes(role) ? KEYS : ["iam:CreateAccessKey"];
    for (const action of unbound) {
      deny(action, ci);
      deny(action, ci, ownedBy(secret.replace(HUB, "999999999999")));
      deny(action, ci, ownedBy("x"));
    }
    if (!ROTATORS.includes(role)) deny("iam:CreateAccessKey", ci, BOUND);
    for (const action of ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]) {
      deny(action, secret);
      deny(action, secret, { "secretsmanager:resource/AllowRotationLambdaArn": ROTATE_KEY.replace("rotate-key", "other") });
      if (role !== "rotate-key") deny(action, secret, { "secretsmanager:resource/AllowRotationLambdaArn": ROTATE_KEY });
    }
    if (role === "rotate-key") deny("secretsmanager:DescribeSecret", secret.replace(REGION, "us-east-1"));
    if (role !== "member") deny("secretsmanager:DescribeSecret", secret.replace(HUB, MEMBER));
    for (const action of ["secretsmanager:DeleteSecret", "secretsmanager:PutResourcePolicy", "secretsmanager:CancelRotateSecret"]) deny(action, secret);
    if (!Object.keys(MEMBER_ROLE).includes(role)) deny("sns:Publish", arn("sns", "keysteward-notices"));
    for (const topic of ["another", "keysteward-mail-events"]) {
      deny("sns:Publish", arn("sns", topic));
      deny("sns:GetTopicAttributes", arn("sns", topic));
    }
    for (const action of ["sns:Subscribe", "sns:SetTopicAttributes"]) deny(action, arn("sns", "keysteward-people"));
    for (const [owner, other] of Object.entries(MEMBER_ROLE)) {
      if (role !== owner) deny("sts:AssumeRole", `arn:aws:iam::${MEMBER}:role/keysteward-${other}`);
    }
  }
  const mail = (context) => ({ role: "notify-owner", action: "ses:SendEmail", resource: arn("ses", "identity/example.com"), context });
  denied.push(
    mail({ "ses:FromAddress": "keysteward@example.com", "ses:Recipients": ["ana@example.net"] }),
    mail({ "ses:FromAddress": "keysteward@example.com", "ses:Recipients": ["ana@example.com", "ana@example.net"] }),
    mail({ "ses:FromAddress": "ceo@example.com", "ses:Recipients": ["ana@example.com"] }),
    mail({ "ses:FromAddress": "keysteward@example.com" }),
    ...["s3:GetObject", "s3:PutObject"].flatMap((action) => ["keysteward/account=1/report.json", "mail-ledger/x.json"].map((key) => (
      { role: "notify-owner", action, resource: `arn:aws:s3:::keysteward-reports/${key}`, context: {} }
    ))),
    { role: "deactivate-stale", action: "s3:PutObject", resource: "arn:aws:s3:::keysteward-reports/mail-ledger/x.json", context: {} },
    { role: "deactivate-stale", action: "s3:GetObject", resource: manifest, context: {} },
    { role: "list-accounts", action: "s3:PutObject", resource: "arn:aws:s3:::keysteward-reports/keysteward/account=1/report.json", context: {} },
    { role: "organization", action: "s3:PutObject", resource: manifest, context: {} },
    ...["scheduler", "organization"].map((role) => ({ role, action: "lambda:InvokeFunction", resource: lambda("notify-owner"), context: {} })),
    { role: "organization", action: "states:StartExecution", resource: arn("states", "stateMachine:another"), context: {} },
  );
  return denied;
}
