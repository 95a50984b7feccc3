locals {
  enforce     = var.mode == "enforce"
  deletes     = local.enforce && var.delete == "on"
  public_keys = var.credentials != "access-key,service-specific"
  passwords   = var.credentials == "access-key,service-specific,ssh-public-key,signing-certificate,password"
  rotates     = var.trusted_rotation_role_arn != ""

  account_id            = data.aws_caller_identity.current.account_id
  partition             = data.aws_partition.current.partition
  users_that_may_change = "arn:${local.partition}:iam::${local.account_id}:user${var.user_path}*"

  trusted_account          = split(":", var.trusted_role_arn)[4]
  trusted_rotation_account = local.rotates ? split(":", var.trusted_rotation_role_arn)[4] : ""

  # By name: IAM keeps a role as principal by an id of its own, which a role that is made anew does not have.
  trust = { for role, trusted in {
    sweep    = { account = local.trusted_account, arn = var.trusted_role_arn }
    rotation = { account = local.trusted_rotation_account, arn = var.trusted_rotation_role_arn }
    } : role => {
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:${local.partition}:iam::${trusted.account}:root" }
        Action    = "sts:AssumeRole"
        Condition = {
          ArnEquals = { "aws:PrincipalArn" = trusted.arn }
          StringEquals = merge(
            { "aws:PrincipalOrgID" = var.organization_id },
            { for id in [var.external_id] : "sts:ExternalId" => id if id != "" },
          )
        }
      },
    ]
  } }

  neither_exempt_nor_bind = {
    Sid      = "NeitherExemptNorBind"
    Effect   = "Deny"
    Action   = ["iam:TagUser", "iam:UntagUser"]
    Resource = "*"
    # Tags of users have no case to IAM. No other name of a tag of Keysteward has six letters: ids have sixteen and more.
    Condition = { "ForAnyValue:StringLike" = { "aws:TagKeys" = ["keysteward:??????", "keysteward:??????:*"] } }
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
      local.neither_exempt_nor_bind,
    ] : statement if statement != null]
  }
}
