# In the account of a delegated administrator of AWS Organizations, with one member account. Repeat the second provider and the
# second module for each account, or give infra/member-role.yaml to all of them with a StackSet.

provider "aws" {
  region = "us-east-1"
}

provider "aws" {
  alias  = "member"
  region = "us-east-1"

  assume_role {
    role_arn = "arn:aws:iam::111122223333:role/OrganizationAccountAccessRole"
  }
}

locals {
  organization_id = "o-exampleorgid"
  member_role     = "keysteward-member"
}

module "keysteward" {
  source = "../.."

  code_bucket      = "example-releases"
  code_prefix      = "keysteward/1.0.0/"
  organization_id  = local.organization_id
  member_role_name = local.member_role
}

module "member_role" {
  source    = "../../member-role"
  providers = { aws = aws.member }

  role_name                 = local.member_role
  organization_id           = local.organization_id
  trusted_role_arn          = module.keysteward.sweep_role_arn
  trusted_rotation_role_arn = module.keysteward.rotation_role_arn
}
