using System.Buffers;
using System.Text.Json;
using IdentityServer.Applications;
using IdentityServer.Protocol;

namespace IdentityServer.OpenId;

/// <summary>Answers of endpoints that programs call: JSON, never cached (RFC 6749 §5.1).</summary>
internal static class Responses
{
    private const string Json = "application/json";

    /// <summary>An error as RFC 6749 §5.2 shapes it; what only the log may know of it goes there.</summary>
    public static IResult Error(OAuthError error, Application? application = null) => new ErrorResult(error, application);

    /// <summary>The answer of the token endpoint.</summary>
    public static IResult Token(TokenResponse response) => new JsonResult<TokenResponse>(response, static (value, writer) => value.WriteTo(writer));

    /// <summary>An object of claims.</summary>
    public static IResult Claims(ClaimSet claims) => new JsonResult<ClaimSet>(claims, static (value, writer) =>
    {
        writer.WriteStartObject();
        value.WriteTo(writer);
        writer.WriteEndObject();
    });

    /// <summary>Says that nothing of this answer may be kept.</summary>
    public static void NoStore(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Pragma = "no-cache";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    // With its length known an answer leaves in one piece; without, the end of a chunked body follows in a packet of its own.
    private static Task WriteAsync<T>(HttpContext http, T value, Action<T, Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(body))
        {
            write(value, writer);
        }

        http.Response.ContentType = Json;
        http.Response.ContentLength = body.WrittenCount;
        return http.Response.Body.WriteAsync(body.WrittenMemory, http.RequestAborted).AsTask();
    }

    private sealed class JsonResult<T>(T value, Action<T, Utf8JsonWriter> write) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            NoStore(httpContext.Response);
            return WriteAsync(httpContext, value, write);
        }
    }

    private sealed class ErrorResult(OAuthError error, Application? application) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.RequestServices.GetRequiredService<ILogger<ErrorResult>>()
                .Refused(httpContext.Request.Path, application?.ClientId, error);
            var response = httpContext.Response;
            NoStore(response);
            response.StatusCode = error.Status;
            if (error.Status is StatusCodes.Status401Unauthorized && error.Code is Errors.InvalidClient)
            {
                // RFC 6749 §5.2: the scheme by which the client tried.
                response.Headers.WWWAuthenticate = "Basic realm=\"IdentityServer\"";
            }
            else if (error.Status is StatusCodes.Status429TooManyRequests)
            {
                response.Headers.RetryAfter = "60"; // FailureBrake counts by the minute.
            }

            await WriteAsync(httpContext, error, static (value, writer) => value.WriteTo(writer));
        }
    }
}
