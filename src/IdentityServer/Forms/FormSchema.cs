using System.Text.Json.Nodes;

namespace IdentityServer.Forms;

/// <summary>
/// What the answers of a form look like, as JSON Schema 2020-12, so that applications can check alike. Conditions become
/// <c>if</c>/<c>then</c>; what a schema can't say (typing twice, uniqueness) is left to the server.
/// </summary>
public static class FormSchema
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema of an object with <c>user</c> and <c>registration</c>.</summary>
    public static JsonObject Of(Form form)
    {
        var root = new JsonObject { ["$schema"] = Dialect, ["title"] = form.Name, ["type"] = "object" };
        var conditions = new JsonArray();
        foreach (var field in form.Fields)
        {
            var definition = field.Definition;
            if (definition.Type is FormDataType.Consent)
            {
                continue; // A consent is no value; see the consents of the person.
            }

            var value = ValueOf(field);
            if (field.Key.Text == PredefinedFields.Email && form.Verifications.Any())
            {
                value["$comment"] = "The person proves by mail that the address is theirs, before the form goes on.";
            }

            Put(root, Path(field), value, definition is { Required: true, VisibleIf: null });
            var required = RequiredOf(Path(field));
            if (definition is { Required: true, VisibleIf: { } visible })
            {
                conditions.Add(When(form, visible, required));
            }

            if (definition.RequiredIf is { } wanted)
            {
                conditions.Add(When(form, wanted, required));
            }
        }

        if (conditions.Count > 0)
        {
            root["allOf"] = conditions;
        }

        return root;
    }

    private static JsonObject ValueOf(FormField field)
    {
        var definition = field.Definition;
        var schema = new JsonObject();
        var item = field.IsList ? [] : schema;
        item["type"] = definition.Type switch
        {
            FormDataType.Number => "number",
            FormDataType.Bool => "boolean",
            _ => "string",
        };
        if (definition.Type is FormDataType.Date or FormDataType.Email)
        {
            item["format"] = definition.Type is FormDataType.Date ? "date" : "email";
        }

        if (field.Options.Count > 0)
        {
            item["enum"] = new JsonArray([.. field.Options.Select(option => definition.Type switch
            {
                FormDataType.Number => JsonValue.Create(FieldConversion.Number(option)),
                FormDataType.Bool => JsonValue.Create(option == FieldConversion.Ticked),
                _ => (JsonNode?)JsonValue.Create(option),
            })]);
        }

        AddValidator(item, definition);
        if (field.IsBox && definition is { Required: true, Type: FormDataType.Bool })
        {
            item["const"] = true;
        }

        if (field.IsList)
        {
            schema["type"] = "array";
            schema["items"] = item;
            schema["uniqueItems"] = true;
            schema["minItems"] = 1;
        }

        schema["title"] = definition.Label ?? field.Name;
        if (definition.Description is { } description)
        {
            schema["description"] = description;
        }

        if (field.IsSecret)
        {
            schema["writeOnly"] = true;
        }

        return schema;
    }

    private static void AddValidator(JsonObject schema, FieldDefinition definition)
    {
        // What is required is not empty.
        if (definition.Type is FormDataType.String && definition.Options.Count == 0)
        {
            schema["minLength"] = 1;
        }

        if (definition.Validator is not { Enabled: true } validator)
        {
            return;
        }

        if (definition.Type is FormDataType.Number)
        {
            Set("minimum", validator.MinValue);
            Set("maximum", validator.MaxValue);
            return;
        }

        if (definition.Type is FormDataType.Bool)
        {
            return;
        }

        Set("minLength", validator.MinLength);
        Set("maxLength", validator.MaxLength);
        if (validator.Expression is { Length: > 0 } expression)
        {
            schema["pattern"] = $"^(?:{expression})$";
        }

        void Set<T>(string name, T? value)
            where T : struct
        {
            if (value is { } bound)
            {
                schema[name] = JsonValue.Create(bound);
            }
        }
    }

    private static IReadOnlyList<(string? Name, int Index)> Path(FormField field) => field.Key.IsPredefined
        ? [.. field.Key.Text.Split('.').Select(name => ((string?)name, 0))]
        : [.. new[] { field.Key.Place is FieldPlace.UserData ? "user" : "registration", "data" }.Select(name => ((string?)name, 0)), .. field.Key.Path];

    private static void Put(JsonObject schema, IReadOnlyList<(string? Name, int Index)> path, JsonObject value, bool required)
    {
        for (var depth = 0; depth < path.Count; depth++)
        {
            var (name, index) = path[depth];
            var inner = depth == path.Count - 1 ? value : null;
            if (name is null)
            {
                schema["type"] = "array";
                var items = schema["prefixItems"] as JsonArray ?? [];
                schema["prefixItems"] ??= items;
                while (items.Count <= index)
                {
                    items.Add(new JsonObject());
                }

                if (inner is not null)
                {
                    items[index] = inner;
                }

                schema = items[index]!.AsObject();
                continue;
            }

            schema["type"] = "object";
            var properties = schema["properties"] as JsonObject ?? [];
            schema["properties"] ??= properties;
            if (required)
            {
                var names = schema["required"] as JsonArray ?? [];
                schema["required"] ??= names;
                if (!names.Any(present => present!.GetValue<string>() == name))
                {
                    names.Add(name);
                }
            }

            if (inner is not null)
            {
                properties[name] = inner;
                return;
            }

            properties[name] ??= new JsonObject();
            schema = properties[name]!.AsObject();
        }
    }

    // { "required": ["user"], "properties": { "user": { "required": ["email"] } } }
    private static JsonObject RequiredOf(IReadOnlyList<(string? Name, int Index)> path, JsonObject? value = null)
    {
        JsonObject? schema = value;
        foreach (var (name, _) in path.TakeWhile(part => part.Name is not null).Reverse())
        {
            var outer = new JsonObject { ["required"] = new JsonArray(name) };
            if (schema is not null)
            {
                outer["properties"] = new JsonObject { [name!] = schema };
            }

            schema = outer;
        }

        return schema ?? [];
    }

    private static JsonObject When(Form form, FieldCondition condition, JsonObject then)
    {
        var other = form.Find(condition.Key);
        if (other is null)
        {
            return [];
        }

        // A box that is not ticked has the value false.
        JsonObject? value = other.IsBox ? new JsonObject { ["enum"] = new JsonArray(other.Definition.Type is FormDataType.Bool ? true : FieldConversion.Ticked) } : null;
        if (condition.Values.Count > 0)
        {
            var item = new JsonObject
            {
                ["enum"] = new JsonArray([.. condition.Values.Select(wanted => other.Definition.Type switch
                {
                    FormDataType.Number => JsonValue.Create(FieldConversion.Number(wanted)),
                    FormDataType.Bool => JsonValue.Create(wanted == FieldConversion.Ticked),
                    _ => (JsonNode?)JsonValue.Create(wanted),
                })]),
            };
            value = other.IsList ? new JsonObject { ["contains"] = item } : item;
        }

        return new JsonObject { ["if"] = RequiredOf(Path(other), value), ["then"] = then };
    }
}
