using System.Globalization;
using System.Text.Json;
using IdentityServer.Protocol;
using IdentityServer.Registrations;
using IdentityServer.Users;

namespace IdentityServer.Tokens;

/// <summary>
/// What is known of a person under OpenID's claim names (OpenID Connect Core §5.1). The user's own columns come first; what they
/// cannot say is in <c>user.data</c> under the claim's name.
/// </summary>
internal static class UserClaims
{
    /// <summary>Those of the named claims that have a value.</summary>
    public static ClaimSet Select(User user, Registration? registration, IEnumerable<string> names) =>
        AddTo(new ClaimSet(), user, registration, names);

    /// <summary>Adds those of the named claims that have a value.</summary>
    public static ClaimSet AddTo(ClaimSet claims, User user, Registration? registration, IEnumerable<string> names)
    {
        JsonElement data = default;
        foreach (var name in names)
        {
            if (!AddOwn(claims, name, user, registration))
            {
                data = data.ValueKind is JsonValueKind.Undefined ? JsonElement.Parse(user.Data) : data;
                AddFromData(claims, name, data);
            }
        }

        return claims;
    }

    // True where the claim is the user's own, with or without a value, so that data can't speak over a proven one.
    private static bool AddOwn(ClaimSet claims, string name, User user, Registration? registration)
    {
        switch (name)
        {
            case Claims.Email: claims.Add(name, user.Email); return true;
            case Claims.EmailVerified: claims.Add(name, user.Email is null ? (bool?)null : user.Verified); return true;
            case Claims.Name: claims.Add(name, user.FullName ?? JoinedName(user)); return true;
            case Claims.GivenName: claims.Add(name, user.FirstName); return true;
            case Claims.MiddleName: claims.Add(name, user.MiddleName); return true;
            case Claims.FamilyName: claims.Add(name, user.LastName); return true;
            case Claims.PreferredUsername: claims.Add(name, registration?.Username ?? user.Username); return true;
            case Claims.Picture: claims.Add(name, user.ImageUrl); return true;
            case Claims.Birthdate: claims.Add(name, user.BirthDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); return true;
            case Claims.ZoneInfo: claims.Add(name, user.Timezone); return true;
            case Claims.Locale: claims.Add(name, user.PreferredLanguages.FirstOrDefault()?.Replace('_', '-')); return true;
            case Claims.PhoneNumber: claims.Add(name, user.MobilePhone); return true;
            case Claims.PhoneNumberVerified: claims.Add(name, user.MobilePhone is null ? (bool?)null : false); return true;
            case Claims.UpdatedAt: claims.Add(name, user.UpdatedAt); return true;
            default: return false;
        }
    }

    // OpenID Connect Core §5.1: each of these has one JSON type; a value of another is not released.
    private static void AddFromData(ClaimSet claims, string name, JsonElement data)
    {
        if (data.TryGetProperty(name, out var value)
            && value.ValueKind == (name is Claims.Address ? JsonValueKind.Object : JsonValueKind.String))
        {
            claims.Add(name, value);
        }
    }

    private static string? JoinedName(User user) =>
        string.Join(' ', new[] { user.FirstName, user.MiddleName, user.LastName }.Where(part => !string.IsNullOrEmpty(part)));
}
