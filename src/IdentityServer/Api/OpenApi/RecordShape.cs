using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace IdentityServer.Api;

/// <summary>Describes records that are shown as they are stored: what the serializer writes is what the document says.</summary>
internal static class RecordShape
{
    /// <summary>The shape of a record: nullable members may be missing, all others have a value or a default.</summary>
    public static ObjectShape Of<T>(JsonSerializerOptions options) => OfRecord(typeof(T), Populated(options));

    private static ObjectShape OfRecord(Type type, JsonSerializerOptions options) => new(
        type.Name,
        new(() => [.. options.GetTypeInfo(type).Properties.Where(property => !property.IsExtensionData).Select(property => MemberOf(property, options))]));

    private static Member MemberOf(JsonPropertyInfo property, JsonSerializerOptions options)
    {
        var shape = ShapeOf(property.PropertyType, options);
        return property.IsRequired ? Member.Required(property.Name, shape)
            : property.IsGetNullable ? Member.Optional(property.Name, shape)
            : Member.Kept(property.Name, shape);
    }

    private static Shape ShapeOf(Type type, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            return Shape.Words(Enum.GetValuesAsUnderlyingType(type).Cast<object>()
                .Select(value => JsonSerializer.SerializeToNode(Enum.ToObject(type, value), type, options)!.GetValue<string>()));
        }

        return type switch
        {
            _ when type == typeof(string) => Shape.Text,
            _ when type == typeof(bool) => Shape.Flag,
            _ when type == typeof(int) => Shape.Whole,
            _ when type == typeof(decimal) => Shape.Number,
            _ when type == typeof(Guid) => Shape.Uuid,
            _ when type == typeof(JsonElement) => Shape.Any,
            _ => ShapeOf(options.GetTypeInfo(type), options),
        };
    }

    private static Shape ShapeOf(JsonTypeInfo info, JsonSerializerOptions options) => info.Kind switch
    {
        JsonTypeInfoKind.Enumerable => Shape.List(ShapeOf(info.ElementType!, options)),
        JsonTypeInfoKind.Dictionary => Shape.Map(ShapeOf(info.ElementType!, options)),
        JsonTypeInfoKind.Object => OfRecord(info.Type, options),
        _ => throw new NotSupportedException($"{info.Type} has no shape."),
    };

    private static JsonSerializerOptions Populated(JsonSerializerOptions options)
    {
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
