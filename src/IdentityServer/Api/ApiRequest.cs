using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace IdentityServer.Api;

/// <summary>A call of the management API, as its handlers read it. What is wrong with it gathers in <see cref="Errors"/>.</summary>
internal sealed class ApiRequest(HttpContext http, ApiCaller caller, JsonNode? body, RequestSource source)
{
    /// <summary>Who calls.</summary>
    public ApiCaller Caller { get; } = caller;

    /// <summary>What was found wrong so far.</summary>
    public FieldErrors Errors { get; } = new();

    /// <summary>The body as an object; an absent one is empty (C6).</summary>
    public JsonObject Body => body as JsonObject ?? [];

    /// <summary>The body as it came: the document of a JSON Patch is a list.</summary>
    public JsonNode? RawBody => body;

    /// <summary>The media type of the body, without parameters.</summary>
    public string? MediaType { get; } = MediaTypeOf(http.Request);

    /// <summary>Where the call comes from, as the connection or a trusted proxy says.</summary>
    public IPAddress? RemoteAddress => http.Connection.RemoteIpAddress;

    /// <summary>What the caller says it is.</summary>
    public string? UserAgent => http.Request.Headers.UserAgent;

    /// <summary>Where the call was made.</summary>
    public RequestSource Source => source;

    /// <summary>A cookie, where one counts that proves something by itself.</summary>
    public string? Cookie(string name) =>
        source.CountsCookies(http.Request.Method) && http.Request.Cookies[name] is { Length: > 0 and <= JsonFields.Any } value ? value : null;

    /// <summary>Whether there is a key that may make this call.</summary>
    public bool HasKeyFor(string permission) => Caller.Permissions.Allow(permission, http.Request.Method);

    /// <summary>The id in the path under this name, or null if the path has none. A malformed one is noted (§1.3).</summary>
    public Guid? PathId(string name) => http.GetRouteValue(name) is string text ? ParseId(name, text) : null;

    /// <summary>What stands in the path under this name, or null: for ids that are secrets.</summary>
    public string? PathText(string name) => http.GetRouteValue(name) as string is { Length: > 0 and <= JsonFields.Short } text ? text : null;

    /// <summary>The number in the path under this name (§1.3: ids of logs are numbers). A malformed one is noted.</summary>
    public long? PathNumber(string name)
    {
        if (long.TryParse(http.GetRouteValue(name) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Errors.Add(name, "couldNotConvert", "This id is a number.");
        return null;
    }

    /// <summary>The id in the query under this name, or null. A malformed one is noted.</summary>
    public Guid? QueryId(string name) => Query(name) is { } text ? ParseId(name, text) : null;

    /// <summary>A query parameter; <c>undefined</c>, <c>null</c> and nothing are what clients send for one that is not set (C7).</summary>
    public string? Query(string name)
    {
        var values = http.Request.Query[name];
        if (values.Count > 1)
        {
            Errors.Add(name, "invalid", "The parameter stands in the address more than once.");
            return null;
        }

        if (Given(values) is not { } value)
        {
            return null;
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            Errors.Add(name, "invalid", "A parameter must not contain the character U+0000.");
            return null;
        }

        return value;
    }

    /// <summary>A query parameter that may stand several times (C7).</summary>
    public IReadOnlyList<string> QueryList(string name) =>
        [.. http.Request.Query[name].Select(value => Given(value)).OfType<string>()];

    /// <summary>Whether everything stands in the address.</summary>
    public bool IsGet => HttpMethods.IsGet(http.Request.Method);

    /// <summary>A whole number in the query.</summary>
    public int? QueryNumber(string name)
    {
        if (Query(name) is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Errors.Add(name, "couldNotConvert", "The parameter is a whole number.");
        return null;
    }

    /// <summary>A switch in the query.</summary>
    public bool QueryFlag(string name)
    {
        switch (Query(name))
        {
            case null or "false":
                return false;
            case "true":
                return true;
            default:
                Errors.Add(name, "couldNotConvert", "The parameter is either true or false.");
                return false;
        }
    }

    /// <summary>The object of the envelope, such as <c>user</c>; noted as missing when it is not there.</summary>
    public JsonFields Envelope(string name) => JsonFields.OfEnvelope(Body, name, Errors);

    /// <summary>The members beside the envelope's object.</summary>
    public JsonFields Beside() => new(Body, string.Empty, Errors);

    /// <summary>Whether a delete is to remove the object for good: said in the address or in the body (C9).</summary>
    public bool HardDelete() => QueryFlag("hardDelete") | Beside().Flag("hardDelete");

    /// <summary>The media type of a body, without parameters.</summary>
    public static string? MediaTypeOf(HttpRequest request) => request.ContentType?.Split(';')[0].Trim();

    /// <summary>A value, unless it is one that clients send for nothing (C7).</summary>
    public static string? Given(StringValues values) =>
        values is [{ Length: > 0 } value] && value is not ("undefined" or "null") ? value : null;

    private Guid? ParseId(string name, string text)
    {
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        if (Errors.Has(name))
        {
            return null;
        }

        Errors.Add(name, "couldNotConvert", "An id is a UUID such as 8ffee38d-48c3-48c9-b386-9c3c114c7bc9.");
        return null;
    }
}
