# Made from the template by infra/check/terraform.py --write: do not edit.

output "role_arn" {
  description = "The role of the sweep; null with a stack set."
  value       = try(one(aws_cloudformation_stack.member[*].outputs)["RoleArn"], null)
}

output "rotation_role_arn" {
  description = "The role of rotations; null with a stack set; null where it is not deployed."
  value       = try(one(aws_cloudformation_stack.member[*].outputs)["RotationRoleArn"], null)
}
