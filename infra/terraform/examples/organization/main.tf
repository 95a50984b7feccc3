variable "bucket" {
  description = "A bucket of yours in us-east-1."
  type        = string
}

variable "organization_id" {
  description = "The id of the organization."
  type        = string
}

variable "organizational_unit_ids" {
  description = "The organizational units, or the root, whose accounts are swept."
  type        = list(string)
}

# The account of a delegated administrator, for CloudFormation StackSets, too.
provider "aws" {
  region = "us-east-1"
}

module "keysteward" {
  source            = "../.."
  bucket            = var.bucket
  release_directory = "${path.module}/release"
  organization_id   = var.organization_id
  member_role_name  = "keysteward-member"
  member_rotation   = true
}

module "member_roles" {
  source                    = "../../modules/member-roles"
  organization_id           = var.organization_id
  role_name                 = "keysteward-member"
  trusted_role_arn          = module.keysteward.sweep_role_arn
  trusted_rotation_role_arn = module.keysteward.rotation_role_arn
  organizational_unit_ids   = var.organizational_unit_ids
  call_as                   = "DELEGATED_ADMIN"
}
