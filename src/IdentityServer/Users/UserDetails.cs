namespace IdentityServer.Users;

/// <summary>What can be said about a person when one is created or changed; credentials and state are elsewhere.</summary>
public record UserDetails
{
    /// <summary>The e-mail address as typed.</summary>
    public string? Email { get; init; }

    /// <summary>The user name as typed.</summary>
    public string? Username { get; init; }

    /// <summary>Claim <c>given_name</c>.</summary>
    public string? FirstName { get; init; }

    /// <summary>Claim <c>middle_name</c>.</summary>
    public string? MiddleName { get; init; }

    /// <summary>Claim <c>family_name</c>.</summary>
    public string? LastName { get; init; }

    /// <summary>Claim <c>name</c>.</summary>
    public string? FullName { get; init; }

    /// <summary>Claim <c>picture</c>.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Claim <c>phone_number</c>.</summary>
    public string? MobilePhone { get; init; }

    /// <summary>A parent's address, for children's accounts.</summary>
    public string? ParentEmail { get; init; }

    /// <summary>Claim <c>zoneinfo</c>, an IANA time zone.</summary>
    public string? Timezone { get; init; }

    /// <summary>Claim <c>birthdate</c>.</summary>
    public DateOnly? BirthDate { get; init; }

    /// <summary>Languages in order of preference.</summary>
    public IReadOnlyList<string> PreferredLanguages { get; init; } = [];

    /// <summary>Free data as a JSON object.</summary>
    public string Data { get; init; } = "{}";

    /// <summary>Sign-in is refused after this instant.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the password must be changed at the next sign-in.</summary>
    public bool PasswordChangeRequired { get; init; }

    /// <summary>What is said about this person now.</summary>
    public static UserDetails Of(User user) => new()
    {
        Email = user.Email,
        Username = user.Username,
        FirstName = user.FirstName,
        MiddleName = user.MiddleName,
        LastName = user.LastName,
        FullName = user.FullName,
        ImageUrl = user.ImageUrl,
        MobilePhone = user.MobilePhone,
        ParentEmail = user.ParentEmail,
        Timezone = user.Timezone,
        BirthDate = user.BirthDate,
        PreferredLanguages = user.PreferredLanguages,
        Data = user.Data,
        ExpiresAt = user.ExpiresAt,
        PasswordChangeRequired = user.PasswordChangeRequired,
    };

    /// <summary>Writes the details, already checked, to the person.</summary>
    internal void ApplyTo(User user)
    {
        var email = Blank(Email)?.ToLowerInvariant();
        var emailKey = email is null ? null : CanonicalKey.Email(email);
        if (emailKey != user.EmailKey)
        {
            user.Verified = false; // What was proven was another address.
            user.VerifiedAt = null;
        }

        user.Email = email;
        user.EmailKey = emailKey;
        user.Username = Blank(Username);
        user.UsernameKey = user.Username is null ? null : CanonicalKey.Username(user.Username);
        user.FirstName = Blank(FirstName);
        user.MiddleName = Blank(MiddleName);
        user.LastName = Blank(LastName);
        user.FullName = Blank(FullName);
        user.FirstNameKey = CanonicalKey.Name(user.FirstName);
        user.LastNameKey = CanonicalKey.Name(user.LastName);
        user.FullNameKey = CanonicalKey.Name(user.FullName);
        user.ImageUrl = Blank(ImageUrl);
        user.MobilePhone = Blank(MobilePhone);
        user.ParentEmail = Blank(ParentEmail);
        user.Timezone = Blank(Timezone);
        user.BirthDate = BirthDate;
        user.PreferredLanguages = [.. PreferredLanguages];
        user.Data = Data;
        user.ExpiresAt = ExpiresAt;
        user.PasswordChangeRequired = PasswordChangeRequired;
    }

    /// <summary>A field without anything in it is no value.</summary>
    internal static string? Blank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}

/// <summary>A person to be created.</summary>
public sealed record NewUser : UserDetails
{
    /// <summary>Somebody about whom nothing is said yet.</summary>
    public NewUser()
    {
    }

    /// <summary>Somebody about whom this is said.</summary>
    public NewUser(UserDetails details)
        : base(details)
    {
    }

    /// <summary>An id of the caller's choice; left out, a random one.</summary>
    public Guid? Id { get; init; }

    /// <summary>The password. Null: a person without one. Empty: a form that was left blank, which is an error.</summary>
    public string? Password { get; init; }

    /// <summary>The shortest password to take.</summary>
    public int PasswordMinLength { get; init; } = PasswordRules.MinLength;

    /// <summary>Whether the e-mail address counts as proven.</summary>
    public bool Verified { get; init; }
}
