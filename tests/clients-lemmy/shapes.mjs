// Compares a value with a type that the official client declares. Those declarations are generated from the server's own code.
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

const require = createRequire(import.meta.url);

/** What each method of the package's LemmyHttp answers: `problems(method, value)` gives a line for each field that is not as declared. */
export function shapesOf(packageName) {
  const entry = path.join(path.dirname(require.resolve(packageName)), "http.d.ts");
  const program = ts.createProgram([entry], { strict: true, noLib: false, target: ts.ScriptTarget.ES2022 });
  const checker = program.getTypeChecker();
  const answers = new Map();
  ts.forEachChild(program.getSourceFile(entry), (node) => {
    if (!ts.isClassDeclaration(node) || node.name?.text !== "LemmyHttp") return;
    for (const member of node.members)
      if (ts.isMethodDeclaration(member) && member.type) answers.set(member.name.getText(), innermost(member.type));
  });
  return (method, value) => {
    const node = answers.get(method);
    if (!node) throw new Error(`${packageName} has no method ${method}`);
    return compare(checker, checker.getTypeFromTypeNode(node), value, method, node);
  };
}

/** X of `Promise<X>` and of `Promise<RequestState<X>>`. */
function innermost(node) {
  for (const wrapper of ["Promise", "RequestState"]) {
    const name = ts.isTypeReferenceNode(node) ? node.typeName.getText() : node.qualifier?.getText();
    if (name === wrapper && node.typeArguments?.length) node = node.typeArguments[0];
  }
  return node;
}

function compare(checker, type, value, where, node) {
  const is = (flag) => (type.flags & flag) !== 0;
  if (is(ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return [];
  if (is(ts.TypeFlags.StringLiteral | ts.TypeFlags.NumberLiteral)) return value === type.value ? [] : [wrong(where, value, JSON.stringify(type.value))];
  if (is(ts.TypeFlags.BooleanLiteral)) return String(value) === checker.typeToString(type) ? [] : [wrong(where, value, checker.typeToString(type))];
  if (is(ts.TypeFlags.String)) return typeof value === "string" ? [] : [wrong(where, value, "a string")];
  if (is(ts.TypeFlags.Number)) return typeof value === "number" ? [] : [wrong(where, value, "a number")];
  if (is(ts.TypeFlags.Boolean)) return typeof value === "boolean" ? [] : [wrong(where, value, "a boolean")];
  if (is(ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return value === undefined ? [] : [wrong(where, value, "nothing")];
  if (is(ts.TypeFlags.Null)) return value === null ? [] : [wrong(where, value, "null")];
  if (type.isUnion()) {
    // The nearest of them tells what is wrong: with `type_` it is one of that name.
    const present = type.types.filter((one) => (one.flags & ts.TypeFlags.Undefined) === 0 || value === undefined);
    const named = present.filter((one) => tag(checker, one, node) === value?.type_);
    const tries = (named.length ? named : present).map((one) => compare(checker, one, value, where, node));
    return tries.reduce((best, one) => (one.length < best.length ? one : best));
  }
  if (checker.isArrayType(type)) {
    if (!Array.isArray(value)) return [wrong(where, value, "a list")];
    const [element] = checker.getTypeArguments(type);
    return value.flatMap((one, index) => compare(checker, element, one, `${where}[${index}]`, node));
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [wrong(where, value, checker.typeToString(type))];
  return type.getProperties().flatMap((property) => {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const there = Object.hasOwn(value, property.name);
    const place = `${where}.${property.name}`;
    if (!there) return optional ? [] : [`${place}: missing`];
    if (optional && value[property.name] === null) return []; // Lemmy 1.0 says null where 0.19 says nothing
    return compare(checker, checker.getTypeOfSymbolAtLocation(property, node), value[property.name], place, node);
  });
}

/** The `type_` that a variant of a tagged union declares. */
function tag(checker, type, node) {
  const property = type.getProperty("type_");
  return property && checker.getTypeOfSymbolAtLocation(property, node).value;
}

function wrong(where, value, expected) {
  return `${where}: ${JSON.stringify(value)?.slice(0, 60)} instead of ${expected}`;
}
