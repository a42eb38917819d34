using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdentityServer.Users;

namespace IdentityServer.Api;

/// <summary>
/// An answer of the management API. Clients read a body wherever a JSON content type stands, errors included (C1–C4): so 400
/// always has one, and an empty body never has a content type.
/// </summary>
internal sealed class ApiResult
{
    /// <summary>200 without a body, as after a delete (C5).</summary>
    public static readonly ApiResult Empty = new(StatusCodes.Status200OK, null);

    /// <summary>401: no key, an unknown or expired one, or one that lacks the permission (§1.6).</summary>
    public static readonly ApiResult Denied = new(StatusCodes.Status401Unauthorized, null);

    /// <summary>404: not there, or another tenant's.</summary>
    public static readonly ApiResult Missing = new(StatusCodes.Status404NotFound, null);

    private readonly object? body;
    private readonly string? retryAfter;
    private readonly (string Name, string? Value, CookieOptions Options)[] cookies = [];

    private ApiResult(int status, object? body, string? retryAfter = null) =>
        (Status, this.body, this.retryAfter) = (status, body, retryAfter);

    private ApiResult(ApiResult other, (string Name, string? Value, CookieOptions Options) cookie) =>
        (Status, body, retryAfter, cookies) = (other.Status, other.body, other.retryAfter, [.. other.cookies, cookie]);

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>200 with a body.</summary>
    public static ApiResult Ok(object body) => new(StatusCodes.Status200OK, body);

    /// <summary>Another status with a body.</summary>
    public static ApiResult Of(int status, object body) => new(status, body);

    /// <summary>A status alone.</summary>
    public static ApiResult Of(int status) => new(status, null);

    /// <summary>503: the database or the password hasher has no room just now.</summary>
    public static ApiResult Busy(string seconds = "1") => new(StatusCodes.Status503ServiceUnavailable, null, seconds);

    /// <summary>429: too many failures from there (RFC 6585 §4).</summary>
    public static ApiResult TooMany(TimeSpan retryAfter) => new(
        StatusCodes.Status429TooManyRequests, null, Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture));

    /// <summary>400 with findings (§1.7), unless the finding is that there is no room to look.</summary>
    public static ApiResult Refused(FieldErrors errors) =>
        PasswordGate.IsBusy(errors, out var seconds) ? Busy(seconds) : new(StatusCodes.Status400BadRequest, ErrorBody(errors));

    /// <summary>The answer to a change: its value as <paramref name="body"/> shows it, 404 or 400.</summary>
    public static ApiResult From<T>(FieldResult<T>? outcome, Func<T, object> body)
        where T : class =>
        outcome is not { } result ? Missing : result.Failed(out var errors, out var value) ? Refused(errors) : Ok(body(value));

    /// <summary>The answer to a change that shows nothing: 200, 404 or 400.</summary>
    public static ApiResult From<T>(FieldResult<T>? outcome)
        where T : class =>
        outcome is not { } result ? Missing : result.Failed(out var errors, out _) ? Refused(errors) : Empty;

    /// <summary>The answer with a cookie; without a value it is taken from the browser.</summary>
    public ApiResult With(string cookie, string? value, CookieOptions options) => new(this, (cookie, value, options));

    /// <summary>Sends the answer.</summary>
    public async Task WriteAsync(HttpResponse response, CancellationToken cancellation)
    {
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.RetryAfter = retryAfter;
        foreach (var (name, value, options) in cookies)
        {
            if (value is null)
            {
                response.Cookies.Delete(name, options);
            }
            else
            {
                response.Cookies.Append(name, value, options);
            }
        }

        if (body is null)
        {
            response.ContentLength = 0;
            return;
        }

        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options);
        response.ContentType = "application/json";
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, cancellation);
    }

    private static JsonObject ErrorBody(FieldErrors errors)
    {
        var result = new JsonObject();
        if (errors.Fields.Count > 0)
        {
            var fields = new JsonObject();
            foreach (var field in errors.Fields.GroupBy(error => error.Field))
            {
                fields[field.Key] = Errors(field);
            }

            result["fieldErrors"] = fields;
        }

        if (errors.General.Count > 0)
        {
            result["generalErrors"] = Errors(errors.General);
        }

        return result;
    }

    private static JsonArray Errors(IEnumerable<FieldError> errors) =>
        [.. errors.Select(error => new JsonObject { ["code"] = error.Code, ["message"] = error.Message })];
}
