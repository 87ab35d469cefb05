import Yams

/// One YAML file of settings: a tree whose leaves are the keys of the registry.
struct SettingsFile {
    let path: String
    let layer: SettingLayer
    private(set) var findings: [String: SettingFinding] = [:]
    private(set) var problems: [SettingProblem] = []

    /// - Parameter text: the content of the file.
    init(path: String, layer: SettingLayer, text: String) {
        self.path = path
        self.layer = layer
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            collect(root, below: "")
        } catch {
            problems.append(SettingsFile.problem(error, path: path))
        }
    }

    private mutating func collect(_ node: Node, below prefix: String) {
        guard case .mapping(let mapping) = node else {
            if !SettingsFile.isNull(node) {
                let subject = prefix.isEmpty ? path : prefix
                problems.append(
                    SettingProblem(
                        key: subject,
                        text: "\(subject) is \(SettingsFile.shape(node)) (\(place(node))); accepted: names of settings "
                            + "with their values, one a line"))
            }
            return
        }
        for (keyNode, value) in mapping {
            guard let name = keyNode.string else {
                problems.append(SettingProblem(key: path, text: "a key is not a text (\(place(keyNode)))"))
                continue
            }
            collect(name: name, value, below: prefix, place: place(keyNode))
        }
    }

    private mutating func collect(name: String, _ value: Node, below prefix: String, place: String) {
        let key = prefix.isEmpty ? name : prefix + "." + name
        if name.contains(".") {
            problems.append(
                SettingProblem(
                    key: key, text: "\(key) is written with a dot (\(place)); write each part on its own line, indented"
                ))
        } else if let definition = SettingRegistry.definition(of: key) {
            store(definition, value, place: place)
        } else if SettingRegistry.all.contains(where: { $0.key.hasPrefix(key + ".") }) {
            collect(value, below: key)
        } else {
            let wrong = SettingsFile.firstLeaf(value, below: key)
            problems.append(.unknown(wrong, place: place, nearest: SettingHint.key(like: wrong)))
        }
    }

    private mutating func store(_ definition: SettingDefinition, _ value: Node, place: String) {
        guard layer != .dataDirectoryFile || definition.isAllowedInDataDirectory else {
            problems.append(
                SettingProblem(
                    key: definition.key,
                    text: "\(definition.key) cannot stand in this file (\(place)), which is found through it"))
            return
        }
        let origin = SettingOrigin(layer: layer, place: place)
        switch value {
        case _ where SettingsFile.isNull(value):
            problems.append(
                SettingProblem(
                    key: definition.key,
                    text: "\(definition.key) has no value (\(place)); remove the line for the default, "
                        + "\(definition.fallback.text)"))
        case .scalar(let scalar):
            if definition.typeName == "list" {
                problems.append(.wrongShape(definition, isA: "a single value", place: place))
            } else {
                findings[definition.key] = SettingFinding(raw: .text(scalar.string), origin: origin)
            }
        case .sequence(let items) where items.allSatisfy({ $0.scalar != nil && !SettingsFile.isNull($0) }):
            findings[definition.key] = SettingFinding(raw: .list(items.compactMap(\.string)), origin: origin)
        default:
            problems.append(.wrongShape(definition, isA: SettingsFile.shape(value), place: place))
        }
    }

    private func place(_ node: Node) -> String {
        node.mark.map { "\(path):\($0.line)" } ?? path
    }

    /// The first name that has a value below a key that is not known: it makes the better hint.
    private static func firstLeaf(_ node: Node, below key: String) -> String {
        guard case .mapping(let mapping) = node, let first = mapping.first, let name = first.key.string else {
            return key
        }
        return key + "." + name
    }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func shape(_ node: Node) -> String {
        switch node {
        case .scalar: "a single value"
        case .mapping: "a group of settings"
        case .sequence(let items): items.allSatisfy { $0.scalar != nil } ? "a list" : "a list of more than plain values"
        case .alias: "an alias"
        }
    }

    /// The parser's complaint without the line itself, which may hold a secret.
    private static func problem(_ error: any Error, path: String) -> SettingProblem {
        switch error {
        case YamlError.duplicatedKeysInMapping(let duplicates, let context):
            let keys = duplicates.joined(separator: ", ")
            return .duplicate(keys, place: "\(path), in the group at line \(context.mark.line)")
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            return .unreadable("\(path):\(mark.line)", "\(problem) (not valid YAML)")
        default:
            return .unreadable(path, "not valid YAML")
        }
    }
}

/// Hints for names that are not known.
enum SettingHint {
    /// The setting that a key was probably meant to be.
    static func key(like wrong: String) -> String? {
        let keys = SettingRegistry.all.map(\.key)
        // A right name in the wrong group is the commonest mistake.
        let lastPart = wrong.split(separator: ".").last.map(String.init) ?? wrong
        let sameName = keys.filter { $0 == lastPart || $0.hasSuffix("." + lastPart) }
        if sameName.count == 1 { return sameName.first }
        return NearestName.of(wrong, among: keys)
    }

    /// The environment variable that one was probably meant to be.
    static func variable(like wrong: String) -> String? {
        NearestName.of(
            wrong,
            among: SettingRegistry.all.flatMap { [$0.environmentName, $0.environmentFileName].compactMap(\.self) })
    }
}
