using System.Text.Json;
using System.Text.Json.Nodes;

namespace IdentityServer.Api;

/// <summary>
/// Changes a request envelope by one of the three dialects of PATCH (§1.5 of the compatibility notes), chosen by the content
/// type. The document that is changed is what the caller could have read; what comes out is checked and stored as a PUT.
/// </summary>
internal static class Patch
{
    /// <summary>The largest document that may come out: lists grow by appending and by <c>copy</c>.</summary>
    private const int MaxResult = 1024 * 1024;

    /// <summary>RFC 7396.</summary>
    public const string MergePatchType = "application/merge-patch+json";

    /// <summary>RFC 6902.</summary>
    public const string JsonPatchType = "application/json-patch+json";

    /// <summary>Whether the body is in the one dialect whose document is a list.</summary>
    public static bool IsList(HttpRequest request) => HttpMethods.IsPatch(request.Method) && ApiRequest.MediaTypeOf(request) is JsonPatchType;

    /// <summary>
    /// Applies the body of <paramref name="request"/> to the envelope that holds <paramref name="current"/> under
    /// <paramref name="name"/>, and reads the result as a PUT is read. <paramref name="sets"/> names lists that are sets, by path
    /// (<c>registration.roles</c>): they unite instead of growing by duplicates.
    /// </summary>
    public static FieldResult<T> Apply<T>(
        ApiRequest request, string name, JsonObject current, Func<JsonFields, T> read, params IReadOnlyList<string> sets)
        where T : class =>
        Apply(request, name, new JsonObject { [name] = current }, (fields, _) => read(fields), sets);

    /// <summary>The same for an envelope that has more beside the object, which is read along.</summary>
    public static FieldResult<T> Apply<T>(
        ApiRequest request, string name, JsonObject envelope, Func<JsonFields, JsonFields, T> read, params IReadOnlyList<string> sets)
        where T : class
    {
        var errors = new FieldErrors();
        var document = ApiJson.Copy(envelope);
        var patched = request.MediaType switch
        {
            JsonPatchType => JsonPatch.Apply(document, request.RawBody as JsonArray, errors),
            MergePatchType => MergePatch.Apply(document, request.Body),
            _ => MergeAppend.Apply(document, request.Body, sets),
        };
        if (patched is null)
        {
            return errors;
        }

        if (JsonSerializer.SerializeToUtf8Bytes(patched, ApiJson.Options).Length > MaxResult)
        {
            return errors.AddGeneral("tooLong", "The patched document is too large.");
        }

        var result = read(JsonFields.OfEnvelope(patched, name, errors), new JsonFields(patched, string.Empty, errors));
        return errors.Any ? errors : result;
    }
}
