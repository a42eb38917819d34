using System.Text.Json;
using IdentityServer.Data;
using IdentityServer.Protocol;
using IdentityServer.Themes;
using Microsoft.AspNetCore.Diagnostics;

namespace IdentityServer.Hosting;

/// <summary>
/// What a caller hears when something of ours broke: a code and a reference, never a trace. People get a page, programs JSON. A
/// database that is busy, gone or full is 503, for then trying again helps.
/// </summary>
internal sealed partial class Faults(ILogger<Faults> log) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var error = exception switch
        {
            BadHttpRequestException bad => new OAuthError(Errors.InvalidRequest, "bad_request", "The request could not be read.", bad.StatusCode),
            _ when DatabaseErrors.IsUnavailable(exception) => OAuthError.TemporarilyUnavailable,
            _ => OAuthError.ServerError,
        };
        if (error.Status >= StatusCodes.Status500InternalServerError)
        {
            LogFault(exception, httpContext.Request.Path, httpContext.TraceIdentifier);
        }

        await ShowAsync(httpContext, error);
        return true;
    }

    /// <summary>The page for an address at which nothing lives; programs get the bare status.</summary>
    public static Task ShowMissing(StatusCodeContext context)
    {
        var http = context.HttpContext;
        return http.Response.StatusCode is StatusCodes.Status404NotFound && WantsPage(http.Request)
            ? ShowAsync(http, new OAuthError("not_found", "not_found", "There is nothing at this address.", StatusCodes.Status404NotFound))
            : Task.CompletedTask;
    }

    private static async Task ShowAsync(HttpContext http, OAuthError error)
    {
        if (error.Status is StatusCodes.Status503ServiceUnavailable)
        {
            http.Response.Headers.RetryAfter = "2";
        }

        if (WantsPage(http.Request))
        {
            await Page.Show(new ErrorPage(error.Code, error.Reason, error.Description, http.TraceIdentifier, error.Status), error.Status).ExecuteAsync(http);
            return;
        }

        http.Response.StatusCode = error.Status;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(http.Response.BodyWriter);
        if (http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
        {
            WriteApiError(writer, error);
        }
        else
        {
            error.WriteTo(writer);
        }
    }

    // The management API has errors of its own shape (§1.7 of the compatibility notes).
    private static void WriteApiError(Utf8JsonWriter writer, OAuthError error)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("generalErrors");
        writer.WriteStartObject();
        writer.WriteString("code", $"[{error.Code}]");
        writer.WriteString("message", error.Description);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static bool WantsPage(HttpRequest request) =>
        !request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
        && request.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(Level = LogLevel.Error, Message = "The request to {Path} failed. Reference {Reference}")]
    private partial void LogFault(Exception exception, string path, string reference);
}
