namespace IdentityServer.Protocol;

public sealed partial record OAuthError
{
    /// <summary>RFC 6749 §4.1.2.1, §5.2: a required parameter is not there, or is empty.</summary>
    public static OAuthError Missing(string parameter) =>
        new(Errors.InvalidRequest, "missing_" + parameter, $"The request is missing the {parameter} parameter.");

    /// <summary>A parameter whose value cannot be what the specification asks for.</summary>
    public static OAuthError Invalid(string parameter, string description) =>
        new(Errors.InvalidRequest, "invalid_" + parameter, description);

    /// <summary>RFC 6749 §3.1, §3.2: parameters must not be included more than once.</summary>
    public static readonly OAuthError RepeatedParameter =
        new(Errors.InvalidRequest, "repeated_parameter", "A request parameter is included more than once.");

    public static readonly OAuthError TooManyParameters =
        new(Errors.InvalidRequest, "too_many_parameters", "The request has too many parameters.");

    public static readonly OAuthError ParameterTooLong =
        new(Errors.InvalidRequest, "parameter_too_long", "The name or value of a request parameter is too long.");

    public static readonly OAuthError ParameterCharacters =
        new(Errors.InvalidRequest, "invalid_characters", "The name or value of a request parameter contains control characters.");

    /// <summary>RFC 6749 §3.3: malformed, not merely unknown.</summary>
    public static readonly OAuthError MalformedScope =
        new(Errors.InvalidScope, "invalid_scope", "The scope parameter is not a list of scope names separated by single spaces.");

    public static readonly OAuthError UnknownScope =
        new(Errors.InvalidScope, "unknown_scope", "The request asks for a scope that this client may not have.");

    /// <summary>RFC 6749 §5.2 (for a refresh) and §3.3: a scope beyond what was granted.</summary>
    public static readonly OAuthError ScopeExceedsGrant =
        new(Errors.InvalidScope, "unknown_scope", "The request asks for more scope than was granted.");

    /// <summary>RFC 8707 §2: an absolute URI without fragment.</summary>
    public static readonly OAuthError MalformedResource =
        new(Errors.InvalidTarget, "invalid_resource", "A resource must be an absolute URI without a fragment.");

    /// <summary>RFC 8707 §2.</summary>
    public static readonly OAuthError UnknownResource =
        new(Errors.InvalidTarget, "invalid_resource", "The request asks for a resource that this client may not use.");

    /// <summary>RFC 6749 §4.1.2.1: for a client that may not use this flow at all.</summary>
    public static readonly OAuthError GrantTypeDisabled =
        new(Errors.UnauthorizedClient, "grant_type_disabled", "This client may not use this grant type.");

    /// <summary>An unforeseen condition (RFC 6749 §4.1.2.1). Also what an unset result says, so that a bug never reads as success.</summary>
    public static readonly OAuthError ServerError =
        new(Errors.ServerError, "unknown", "The request could not be processed.", 500);

    /// <summary>RFC 6749 §4.1.2.1: try again later.</summary>
    public static readonly OAuthError TemporarilyUnavailable =
        new(Errors.TemporarilyUnavailable, "unknown", "The server is busy. Try again in a moment.", 503);
}
