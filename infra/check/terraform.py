"""Makes the generated files of the Terraform modules from the templates, and checks the modules.

    python infra/check/terraform.py --write    # after a change of a template's parameters or outputs
    python infra/check/terraform.py            # check

Each module has two generated files: parameters.tf, with a variable for each parameter of its template, and outputs.tf.
"""

import difflib
import json
import re
import shutil
import subprocess
import sys

import hcl2
from cfnlint.decode.cfn_yaml import load as load_cfn

import plain

INFRA = plain.INFRA
MODULE = INFRA / "terraform"
#: These are the module's own: it sets them to where it uploads the zips.
OWN = {"CodeBucket", "CodePrefix"}
SWITCHES = [("yes", "no"), ("on", "off"), ("true", "false")]


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def quoted(text):
    """A text as HCL writes it."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def templates():
    """Each module's folder with its template."""
    member = plain.plain_json(load_cfn(str(INFRA / "member-role.yaml")))
    return {MODULE: plain.build(), MODULE / "modules/member-roles": member}


def parameters(template):
    return {name: each for name, each in template["Parameters"].items() if name not in OWN}


def switch(parameter):
    """The words for true and false, if the parameter is a switch."""
    allowed = {str(value) for value in parameter.get("AllowedValues", [])}
    return next((words for words in SWITCHES if allowed == set(words)), None)


def kind(parameter):
    """The type of the variable for a parameter."""
    if switch(parameter):
        return "bool"
    if parameter["Type"] == "Number":
        return "number"
    listed = parameter["Type"] == "CommaDelimitedList" or "comma-separated" in parameter["Description"]
    return "list(string)" if listed and "AllowedValues" not in parameter else "string"


def rules(name, parameter):
    """The conditions on a variable and the words for each."""
    value, shape = f"var.{snake(name)}", kind(parameter)
    if shape == "bool":
        return
    if shape == "list(string)":
        yield f'alltrue([for each in {value} : !strcontains(each, ",") && each != ""])', "must be a list of texts that are not empty and have no commas"
        value = f'join(",", {value})'
    if allowed := parameter.get("AllowedValues"):
        literal = [str(one) if shape == "number" else quoted(str(one)) for one in allowed]
        yield f"contains([{', '.join(literal)}], {value})", f"must be one of: {'; '.join(map(str, allowed))}"
    if (pattern := parameter.get("AllowedPattern")) is not None:
        # Terraform's regular expressions repeat at most a thousand times: a longer limit becomes one of the length.
        long = re.fullmatch(r"(\^\(\[[^\]]*\]\{\d+,)(\d{4,})(\}\)\?\$)", pattern)
        known = f"{long[1]}{long[3]}" if long else pattern
        if any(int(number) > 1000 for number in re.findall(r"[{,](\d+)\}", known)):
            raise ValueError(f"{name}: Terraform cannot repeat so often: {pattern}")
        limit = f" && length({value}) <= {long[2]}" if long else ""
        yield f"can(regex({quoted(known)}, {value})){limit}", f"must match {pattern}"
    for rule, left, sign, words in [
        ("MinValue", value, ">=", "must be at least"), ("MaxValue", value, "<=", "must be at most"),
        ("MinLength", f"length({value})", ">=", "must have a length of at least"), ("MaxLength", f"length({value})", "<=", "must have a length of at most"),
    ]:
        if rule in parameter:
            yield f"{left} {sign} {parameter[rule]}", f"{words} {parameter[rule]}"


def argument(name, parameter):
    """The text that a variable becomes in the parameters of the stack."""
    value, shape = f"var.{snake(name)}", kind(parameter)
    if shape == "bool":
        yes, no = switch(parameter)
        return f'{value} == null ? null : {value} ? "{yes}" : "{no}"'
    if shape == "list(string)":
        return f'{value} == null ? null : join(",", {value})'
    return f"{value} == null ? null : tostring({value})" if shape == "number" else value


def parameters_file(template):
    lines = ["# Made from the template by infra/check/terraform.py --write: do not edit.", "", "locals {"]
    if "CodeBucket" in template["Parameters"]:
        default = template["Parameters"]["Architecture"]["Default"]
        lines += [f"functions = {json.dumps(sorted(plain.FUNCTIONS.values()))}", f'architecture = var.architecture == null ? "{default}" : var.architecture', ""]
    lines += ["# What is null is left out, so that the default of the template applies.", "parameters = { for name, value in {"]
    lines += [f"{name} = {argument(name, each)}" for name, each in parameters(template).items()]
    lines += ["} : name => value if value != null }", "}"]
    for name, each in parameters(template).items():
        default = f" Null means the template's default, {'empty' if each['Default'] == '' else each['Default']}." if "Default" in each else ""
        lines += ["", f'variable "{snake(name)}" {{', f"description = {quoted(each['Description'].strip() + default)}", f"type = {kind(each)}"]
        lines += ["default = null"] if "Default" in each else ["nullable = false"]
        for condition, words in rules(name, each):
            lines += ["", "validation {", f"condition = var.{snake(name)} == null ? true : {condition}", f"error_message = {quoted(f'{snake(name)} {words}.')}", "}"]
        lines.append("}")
    return lines


def outputs_file(template):
    plural = "CodeBucket" not in template["Parameters"]
    lines = ["# Made from the template by infra/check/terraform.py --write: do not edit."]
    for name, each in template["Outputs"].items():
        stack = "one(aws_cloudformation_stack.member[*].outputs)" if plural else "aws_cloudformation_stack.keysteward.outputs"
        value = f'try({stack}["{name}"], null)' if plural else f'lookup({stack}, "{name}", null)' if "Condition" in each else f'{stack}["{name}"]'
        words = each["Description"] + ("; null with a stack set" if plural else "") + ("; null where it is not deployed" if "Condition" in each else "")
        lines += ["", f'output "{snake(name)}" {{', f"description = {quoted(words + '.')}", f"value = {value}", "}"]
    return lines


def formatted(lines):
    text = "\n".join(lines) + "\n"
    return subprocess.run(["terraform", "fmt", "-"], input=text, capture_output=True, text=True, check=True).stdout


def generated():
    for folder, template in templates().items():
        yield folder / "parameters.tf", formatted(parameters_file(template))
        yield folder / "outputs.tf", formatted(outputs_file(template))


def stale():
    """What is wrong with the files as they are."""
    for path, text in generated():
        current = path.read_text() if path.exists() else ""
        if current != text:
            yield "".join(difflib.unified_diff(current.splitlines(True), text.splitlines(True), str(path), "as made", n=0))
            yield f"{path} is not what the template makes: run infra/check/terraform.py --write"
    for path in sorted(MODULE.rglob("*.tf")):
        if ".terraform" not in path.parts:
            with path.open() as file:
                hcl2.load(file)
    names = [name for folder in templates() for path in folder.glob("*.tf") for name in re.findall(r'^(variable "\w+")', path.read_text(), re.M) for name in [f"{folder.name}: {name}"]]
    yield from (f"{name} is declared twice" for name in sorted({name for name in names if names.count(name) > 1}))
    done = subprocess.run(["terraform", "fmt", "-check", "-recursive", str(MODULE)], capture_output=True, text=True)
    if done.returncode:
        yield f"terraform fmt would change: {done.stdout}"


def main():
    if shutil.which("terraform") is None:
        print("terraform: not installed, so the modules were not checked")
        return 0
    if sys.argv[1:] == ["--write"]:
        for path, text in generated():
            path.write_text(text)
        return 0
    import terraform_apply

    wrong = [*stale()]
    wrong = wrong or [*terraform_apply.failures(templates())]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if not wrong:
        print("terraform: generated files current, applies and refusals as the templates say")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
