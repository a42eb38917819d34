using IdentityServer.Protocol;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace IdentityServer.OpenId;

/// <summary>
/// Reads what HTTP brings into what the protocol parses. This room is the only code that speaks OAuth over HTTP: the endpoints
/// under /oauth2 and /.well-known. It decides nothing about people, and keeps nothing.
/// </summary>
internal static class FormParameters
{
    private const string FormType = "application/x-www-form-urlencoded";

    private static readonly OAuthError NotAForm = new(
        Errors.InvalidRequest, "invalid_content_type", "The request body must be application/x-www-form-urlencoded.");

    private static readonly OAuthError UnreadableForm = new(
        Errors.InvalidRequest, "invalid_body", "The request body is not a well-formed form, or is too large.");

    /// <summary>The pairs of the query, repeats as they came.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Query(HttpRequest request) => Pairs(request.Query);

    /// <summary>The pairs of a form post, or why there are none.</summary>
    public static async Task<OAuthResult<List<KeyValuePair<string, string>>>> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase))
        {
            return NotAForm;
        }

        try
        {
            return Pairs(await request.ReadFormAsync(cancellation)).ToList();
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException { StatusCode: < 500 })
        {
            return UnreadableForm.Because(exception.Message);
        }
    }

    /// <summary>The parameters of a form post to an endpoint that answers its caller (RFC 6749 §3.2): the query is not read.</summary>
    public static async Task<OAuthResult<RequestParameters>> ParseAsync(HttpRequest request, CancellationToken cancellation) =>
        (await ReadAsync(request, cancellation)).Failed(out var error, out var form) ? error : RequestParameters.Parse(form);

    private static IEnumerable<KeyValuePair<string, string>> Pairs(IEnumerable<KeyValuePair<string, StringValues>> values)
    {
        foreach (var (name, all) in values)
        {
            foreach (var value in all)
            {
                yield return new(name, value ?? string.Empty);
            }
        }
    }
}
