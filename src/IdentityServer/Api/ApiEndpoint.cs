using System.Text.Json.Nodes;
using IdentityServer.ApiKeys;
using IdentityServer.Data;
using IdentityServer.Tenants;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace IdentityServer.Api;

/// <summary>Answers one call of the management API.</summary>
internal delegate Task<ApiResult> ApiHandler(ApiRequest request, CancellationToken cancellation);

/// <summary>
/// What stands around every handler: who calls and whether they may (§2), the tenant, the body, and an answer whatever happens.
/// The permission is the one of the matched route and the real method; nothing that the caller sends changes either.
/// </summary>
internal sealed partial class ApiEndpoint(ApiKeyCatalog keys, PersonTokens persons, TenantCatalog tenants, PublicAddress address, ILogger<ApiEndpoint> log)
{
    /// <summary>The largest body, in bytes, unless a call takes more.</summary>
    public const int MaxBody = 1024 * 1024;

    /// <summary>The header that names the tenant (§2).</summary>
    public const string TenantHeader = "X-FusionAuth-TenantId";

    /// <summary>Answers a call of a route that needs a key with <paramref name="permission"/>.</summary>
    public Task RunAsync(HttpContext http, string permission, ApiHandler handler, int maxBody) =>
        AnswerAsync(http, cancellation => ValueTask.FromResult(HolderOf(http, permission, out _)), permission, handler, maxBody);

    /// <summary>Answers a call for which a key with <paramref name="permission"/> is needed, or a person's token. The key wins.</summary>
    public Task RunPersonalAsync(HttpContext http, string permission, ApiHandler handler) => AnswerAsync(
        http,
        async cancellation => HolderOf(http, permission, out var presented) is { } holder ? holder
            : presented && !PersonTokens.IsInHeader(http.Request) ? null
            : await persons.AuthenticateAsync(http, cancellation),
        permission,
        handler,
        MaxBody);

    /// <summary>Answers a call of a route that is open: without a key too, but not with a wrong one.</summary>
    public async Task RunOpenAsync(HttpContext http, string route, Func<bool, CancellationToken, Task<ApiResult>> handler)
    {
        var caller = Authenticate(http, out var presented);
        await (presented && caller is null
            ? AnswerAsync(http, _ => ValueTask.FromResult<ApiCaller?>(null), route, (_, _) => Task.FromResult(ApiResult.Denied), MaxBody)
            : (await handler(caller is not null, http.RequestAborted)).WriteAsync(http.Response, http.RequestAborted));
    }

    /// <summary>Answers a call that reads a body and needs no key; a wrong one is refused.</summary>
    public Task RunPublicAsync(HttpContext http, string route, ApiHandler handler)
    {
        var caller = Authenticate(http, out var presented);
        return AnswerAsync(http, _ => ValueTask.FromResult(caller ?? (presented ? null : ApiCaller.Nobody)), route, handler, MaxBody);
    }

    /// <summary>The same where a person's token may stand in place of the key. In the header it must be a good one.</summary>
    public Task RunPublicPersonalAsync(HttpContext http, string route, ApiHandler handler) => AnswerAsync(
        http,
        async cancellation => Authenticate(http, out var presented) is { } holder ? holder
            : !presented ? await persons.AuthenticateAsync(http, cancellation) ?? ApiCaller.Nobody
            : PersonTokens.IsInHeader(http.Request) ? await persons.AuthenticateAsync(http, cancellation)
            : null,
        route,
        handler,
        MaxBody);

    /// <summary>Answers a call about the access token that it is sent, whosever that is.</summary>
    public Task RunTokenAsync(HttpContext http, string route, Func<string, ApiResult> handler)
    {
        var sent = string.Empty;
        return AnswerAsync(
            http,
            async cancellation =>
            {
                if (await persons.FindAsync(http, cancellation) is not (var text, var token))
                {
                    return null;
                }

                sent = text;
                return ApiCaller.Person(token);
            },
            route,
            (_, _) => Task.FromResult(handler(sent)),
            MaxBody);
    }

    private async Task AnswerAsync(
        HttpContext http, Func<CancellationToken, ValueTask<ApiCaller?>> authenticate, string permission, ApiHandler handler, int maxBody)
    {
        ApiCaller? caller = null;
        ApiResult result;
        try
        {
            caller = await authenticate(http.RequestAborted);
            result = caller is null ? ApiResult.Denied : await HandleAsync(http, caller, handler, maxBody);
        }
        catch (BadHttpRequestException exception)
        {
            // Too large, too slow, or broken off: the server's own answer to a request that can't be read.
            result = exception.StatusCode == StatusCodes.Status400BadRequest ? Unreadable() : ApiResult.Of(exception.StatusCode);
        }
        catch (Exception exception) when (DatabaseErrors.IsUnavailable(exception))
        {
            LogUnavailable(exception);
            result = ApiResult.Busy();
        }

        LogCall(caller?.Actor ?? "nobody", http.Request.Method, permission, result.Status);
        await result.WriteAsync(http.Response, http.RequestAborted);
    }

    private async Task<ApiResult> HandleAsync(HttpContext http, ApiCaller caller, ApiHandler handler, int maxBody)
    {
        // The server in front has its own, smaller bound; only who holds a key that may make the call is let past it.
        if (maxBody > MaxBody && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
        {
            bound.MaxRequestBodySize = maxBody;
        }

        var errors = new FieldErrors();
        JsonNode? body = null;
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            // Clients send bodies with DELETE (C9), under any content type or none (C6).
            if (await ReadBodyAsync(http.Request, maxBody, http.RequestAborted) is not { } bytes)
            {
                return ApiResult.Of(StatusCodes.Status413PayloadTooLarge);
            }

            body = ApiJson.Parse(bytes, errors);
            if (body is not (null or JsonObject) && !(body is JsonArray && Patch.IsList(http.Request)))
            {
                errors.AddGeneral("invalidJSON", "The body is a JSON object.");
            }
        }

        // §2: there is one tenant; a call that names another finds nothing there.
        if (ApiRequest.Given(http.Request.Headers[TenantHeader]) is { } tenant
            && (!Guid.TryParseExact(tenant, "D", out var id) || id != tenants.Default.Id))
        {
            errors.Add("tenantId", "invalid", $"The header {TenantHeader} names no tenant.");
        }

        return errors.Any ? ApiResult.Refused(errors) : await handler(
            new ApiRequest(http, caller, body, RequestSources.Of(http.Request.Headers, address)), http.RequestAborted);
    }

    private ApiCaller? HolderOf(HttpContext http, string permission, out bool presented) =>
        Authenticate(http, out presented) is { } caller && caller.Permissions.Allow(permission, http.Request.Method) ? caller : null;

    // §2: the key stands bare in the header. Bearer and Basic are other things; several headers are none.
    private ApiCaller? Authenticate(HttpContext http, out bool presented)
    {
        presented = false;
        if (http.Features.Get<ApiCaller>() is { } inside)
        {
            return inside;
        }

        var header = http.Request.Headers.Authorization;
        presented = header.Count > 1 || header is [{ Length: > 0 }];
        return header is [{ Length: > 0 } value] && !PersonTokens.IsInHeader(http.Request) && keys.Find(value) is { } key ? ApiCaller.Holding(key) : null;
    }

    // Bounded here as well as by the server in front, which a host that embeds us may have set otherwise.
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpRequest request, int max, CancellationToken cancellation)
    {
        if (request.ContentLength > max)
        {
            return null;
        }

        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (body.Length + read > max)
            {
                return null;
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private static ApiResult Unreadable() =>
        ApiResult.Refused(new FieldErrors().AddGeneral("invalidJSON", "The request can't be read."));

    [LoggerMessage(Level = LogLevel.Information, Message = "API call by {Actor}: {Method} {Endpoint} answered with {Status}.")]
    private partial void LogCall(string actor, string method, string endpoint, int status);

    [LoggerMessage(Level = LogLevel.Error, Message = "The database can't be used.")]
    private partial void LogUnavailable(Exception exception);
}
