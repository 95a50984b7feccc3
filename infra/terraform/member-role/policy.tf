locals {
  enforce     = var.mode == "enforce"
  deletes     = local.enforce && var.delete == "on"
  public_keys = var.credentials != "access-key,service-specific"
  passwords   = var.credentials == "access-key,service-specific,ssh-public-key,signing-certificate,password"
  rotates     = var.trusted_rotation_role_arn != ""

  account_id            = data.aws_caller_identity.current.account_id
  partition             = data.aws_partition.current.partition
  users_that_may_change = "arn:${local.partition}:iam::${local.account_id}:user${var.user_path}*"

  trust = {
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = concat([var.trusted_role_arn], local.rotates ? [var.trusted_rotation_role_arn] : []) }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = merge(
            { "aws:PrincipalOrgID" = var.organization_id },
            { for id in [var.external_id] : "sts:ExternalId" => id if id != "" },
          )
        }
      },
    ]
  }

  policy = {
    Version = "2012-10-17"
    Statement = [for statement in [
      # None of these can be limited to a user, or the users are not known before they are read.
      {
        Sid    = "ReadTheAccount"
        Effect = "Allow"
        Action = [
          "iam:GenerateCredentialReport",
          "iam:GetAccessKeyLastUsed",
          "iam:GetAccountAuthorizationDetails",
          "iam:GetCredentialReport",
          "iam:GetUser",
          "iam:ListAccessKeys",
          "iam:ListAccountAliases",
          "iam:ListGroupsForUser",
          "iam:ListServiceSpecificCredentials",
        ]
        Resource = "*"
      },
      local.public_keys ? {
        Sid      = "ReadPublicKeys"
        Effect   = "Allow"
        Action   = ["iam:ListSSHPublicKeys", "iam:ListSigningCertificates"]
        Resource = "*"
      } : null,
      local.passwords ? {
        Sid      = "ReadPasswords"
        Effect   = "Allow"
        Action   = "iam:GetLoginProfile"
        Resource = "*"
      } : null,
      {
        Sid      = "ReadLabels"
        Effect   = "Allow"
        Action   = "secretsmanager:DescribeSecret"
        Resource = "arn:${local.partition}:secretsmanager:*:${local.account_id}:secret:*"
      },
      local.enforce ? {
        Sid      = "DeactivateAndActivate"
        Effect   = "Allow"
        Action   = ["iam:UpdateAccessKey", "iam:UpdateServiceSpecificCredential"]
        Resource = local.users_that_may_change
      } : null,
      local.enforce && local.public_keys ? {
        Sid      = "DeactivateAndActivatePublicKeys"
        Effect   = "Allow"
        Action   = ["iam:UpdateSSHPublicKey", "iam:UpdateSigningCertificate"]
        Resource = local.users_that_may_change
      } : null,
      local.enforce && local.passwords ? {
        Sid      = "RemovePasswords"
        Effect   = "Allow"
        Action   = "iam:DeleteLoginProfile"
        Resource = local.users_that_may_change
      } : null,
      local.deletes ? {
        Sid      = "Delete"
        Effect   = "Allow"
        Action   = ["iam:DeleteAccessKey", "iam:DeleteServiceSpecificCredential"]
        Resource = local.users_that_may_change
      } : null,
      local.deletes && local.public_keys ? {
        Sid      = "DeletePublicKeys"
        Effect   = "Allow"
        Action   = ["iam:DeleteSSHPublicKey", "iam:DeleteSigningCertificate"]
        Resource = local.users_that_may_change
      } : null,
      # Only users whose own tag names a secret of the account that rotates.
      local.rotates ? {
        Sid      = "ChangeKeysOfBoundUsers"
        Effect   = "Allow"
        Action   = ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"]
        Resource = local.users_that_may_change
        Condition = {
          StringLike = {
            "aws:ResourceTag/keysteward:secret" = "arn:${local.partition}:secretsmanager:*:${split(":", var.trusted_rotation_role_arn)[4]}:secret:*"
          }
        }
      } : null,
      local.enforce ? {
        Sid      = "KeepRecords"
        Effect   = "Allow"
        Action   = ["iam:TagUser", "iam:UntagUser"]
        Resource = local.users_that_may_change
        Condition = {
          "ForAllValues:StringLike" = { "aws:TagKeys" = "keysteward:*" }
          Null                      = { "aws:TagKeys" = "false" }
        }
      } : null,
      local.rotates ? {
        Sid      = "KeepRecordsOfBoundUsers"
        Effect   = "Allow"
        Action   = ["iam:TagUser", "iam:UntagUser"]
        Resource = local.users_that_may_change
        Condition = {
          Null                      = { "aws:ResourceTag/keysteward:secret" = "false", "aws:TagKeys" = "false" }
          "ForAllValues:StringLike" = { "aws:TagKeys" = "keysteward:*" }
        }
      } : null,
      {
        Sid       = "NeitherExemptNorBind"
        Effect    = "Deny"
        Action    = ["iam:TagUser", "iam:UntagUser"]
        Resource  = "*"
        Condition = { "ForAnyValue:StringLike" = { "aws:TagKeys" = ["keysteward:exempt*", "keysteward:secret"] } }
      },
    ] : statement if statement != null]
  }
}
