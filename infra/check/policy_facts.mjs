// What the documents in infra/policies are to allow, written down apart from them.

export const PARTITIONS = ["aws", "aws-cn", "aws-us-gov"];
export const PATHS = ["", "team/platform/"];
export const ACCOUNT = "111122223333";
export const CALLER = "bob";

// Resources of users who are not bob. Each is a way in which a pattern may be too wide.
export const OTHERS = [
  "user/alice",
  "user/notbob",
  "user/team/notbob",
  "user/bobby",
  "user/team/bob/alice",
  "user/bob/alice",
  "user/bob-admin",
  "user/team/bob-admin",
  "user/svc/x",
  "user/svc/deep/x",
];

// The account's context for a request: AWS leaves the key out for long-term access keys.
export const MFA = {
  absent: {},
  false: { "aws:MultiFactorAuthPresent": "false" },
  true: { "aws:MultiFactorAuthPresent": "true" },
};

// What the demand for MFA leaves alone, so that a device can be enrolled and a session be opened.
export const WITHOUT_MFA = [
  "iam:CreateVirtualMFADevice",
  "iam:EnableMFADevice",
  "iam:GetMFADevice",
  "iam:GetUser",
  "iam:ListMFADevices",
  "iam:ListVirtualMFADevices",
  "iam:ResyncMFADevice",
  "sts:GetSessionToken",
];

export const ALWAYS = { own: ["iam:GetUser"], account: ["iam:GetAccountSummary", "iam:ListAccountAliases"] };

// By kind of credential: actions on the caller's own user, on the account, on any virtual device,
// and those on the own user that take a session with MFA in every document.
export const KINDS = {
  "access-keys": {
    own: [
      "iam:CreateAccessKey",
      "iam:DeleteAccessKey",
      "iam:GetAccessKeyLastUsed",
      "iam:ListAccessKeys",
      "iam:UpdateAccessKey",
    ],
  },
  "console-password": {
    own: ["iam:ChangePassword", "iam:GetLoginProfile"],
    account: ["iam:GetAccountPasswordPolicy"],
  },
  "signing-certificates": {
    own: [
      "iam:DeleteSigningCertificate",
      "iam:ListSigningCertificates",
      "iam:UpdateSigningCertificate",
      "iam:UploadSigningCertificate",
    ],
  },
  "ssh-public-keys": {
    own: [
      "iam:DeleteSSHPublicKey",
      "iam:GetSSHPublicKey",
      "iam:ListSSHPublicKeys",
      "iam:UpdateSSHPublicKey",
      "iam:UploadSSHPublicKey",
    ],
  },
  "service-specific-credentials": {
    own: [
      "iam:CreateServiceSpecificCredential",
      "iam:DeleteServiceSpecificCredential",
      "iam:ListServiceSpecificCredentials",
      "iam:ResetServiceSpecificCredential",
      "iam:UpdateServiceSpecificCredential",
    ],
  },
  "mfa-devices": {
    own: ["iam:EnableMFADevice", "iam:GetMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice"],
    ownWithMfa: ["iam:DeactivateMFADevice"],
    account: ["iam:ListVirtualMFADevices"],
    device: ["iam:CreateVirtualMFADevice"],
  },
};

// The context under which CreateServiceSpecificCredential is allowed at all.
export const GIT = { "iam:ServiceSpecificCredentialServiceName": "codecommit.amazonaws.com" };

const PASSWORDS = ["cassandra.amazonaws.com", "codecommit.amazonaws.com"];
const API_KEYS = [
  "aws-external-anthropic.amazonaws.com",
  "bedrock.amazonaws.com",
  "cloudwatch.amazonaws.com",
  "logs.amazonaws.com",
];

// [service, days until it expires, allowed]; no days: it never expires.
export const SERVICE_CREDENTIALS = [
  ...PASSWORDS.flatMap((service) => [
    [service, undefined, true],
    [service, "30", true],
    [service, "36600", true],
  ]),
  ...API_KEYS.flatMap((service) => [
    [service, "1", true],
    [service, "90", true],
    [service, "91", false],
    [service, "36600", false],
    [service, undefined, false],
  ]),
  ["unheard-of.amazonaws.com", "30", false],
  ["unheard-of.amazonaws.com", undefined, false],
  [undefined, "30", false],
  [undefined, undefined, false],
];

// No document may allow one of these, to anybody, with MFA or without: [action, resource].
// `own` is the caller's own user.
export const NEVER = [
  ...[
    "AddUserToGroup:group/admins",
    "AttachGroupPolicy:group/admins",
    "AttachRolePolicy:role/admin",
    "AttachUserPolicy:own",
    "CreateGroup:group/bob",
    "CreateLoginProfile:own",
    "CreatePolicyVersion:policy/self-service",
    "CreateRole:role/bob",
    "CreateUser:user/mallory",
    "CreateUser:user/team/bob/mallory",
    "DeleteLoginProfile:own",
    "DeleteUser:own",
    "DeleteUserPermissionsBoundary:own",
    "DeleteUserPolicy:own",
    "DeleteVirtualMFADevice:mfa/bob",
    "DetachUserPolicy:own",
    "PassRole:role/admin",
    "PutGroupPolicy:group/admins",
    "PutRolePolicy:role/admin",
    "PutUserPermissionsBoundary:own",
    "PutUserPolicy:own",
    "RemoveUserFromGroup:group/self-service",
    "SetDefaultPolicyVersion:policy/self-service",
    "TagUser:own",
    "UntagUser:own",
    "UpdateAssumeRolePolicy:role/admin",
    "UpdateLoginProfile:own",
    "UpdateUser:own",
  ].map((entry) => {
    const [action, resource] = entry.split(":");
    return [`iam:${action}`, resource];
  }),
  ["iam:DeleteAccountPasswordPolicy", "*"],
  ["iam:GetCredentialReport", "*"],
  ["iam:ListUsers", "*"],
  ["iam:UpdateAccountPasswordPolicy", "*"],
  ["sts:AssumeRole", "role/admin"],
];

// With an administrator's rights beside it, the demand for MFA must stop these: [action, resource].
export const STOPPED_WITHOUT_MFA = [
  ["ec2:DescribeInstances", "*"],
  ["iam:ChangePassword", "own"],
  ["iam:CreateAccessKey", "own"],
  ["iam:DeactivateMFADevice", "own"],
  ["iam:DeleteVirtualMFADevice", "mfa/bob"],
  ["iam:GetAccountPasswordPolicy", "*"],
  ["iam:GetAccountSummary", "*"],
  ["iam:ListUsers", "*"],
  ["iam:PutUserPolicy", "own"],
  ["sts:AssumeRole", "role/admin"],
  ["sts:GetFederationToken", "own-federated"],
];
