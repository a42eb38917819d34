using System.Web;
using FsCheck;
using FsCheck.Fluent;

namespace IdentityServer.Protocol.Tests;

public class AuthorizeResponseTests
{
    private const string Issuer = "https://id.example";

    [Theory]
    [InlineData("https://app.example/cb", "https://app.example/cb?code=c&state=a%20b%26c%3D%2B&iss=https%3A%2F%2Fid.example")]
    [InlineData("https://app.example/cb?x=1", "https://app.example/cb?x=1&code=c&state=a%20b%26c%3D%2B&iss=https%3A%2F%2Fid.example")]
    [InlineData("https://app.example/cb?", "https://app.example/cb?code=c&state=a%20b%26c%3D%2B&iss=https%3A%2F%2Fid.example")]
    [InlineData("com.example.app:/cb", "com.example.app:/cb?code=c&state=a%20b%26c%3D%2B&iss=https%3A%2F%2Fid.example")]
    public void A_code_is_added_to_the_query_that_the_address_has(string redirectUri, string expected) =>
        Assert.Equal(expected, AuthorizeResponse.Success(Request(redirectUri, null, "a b&c=+"), Issuer, "c").ToUrl());

    [Fact]
    public void A_code_travels_in_the_fragment_where_that_was_asked_for() =>
        Assert.Equal(
            "https://app.example/cb?x=1#code=c&state=s&iss=https%3A%2F%2Fid.example",
            AuthorizeResponse.Success(Request("https://app.example/cb?x=1", "fragment", "s"), Issuer, "c").ToUrl());

    [Fact]
    public void A_form_post_has_its_fields_unencoded()
    {
        var response = AuthorizeResponse.Success(Request("https://app.example/cb", "form_post", "<s>&\""), Issuer, "c");

        Assert.Equal("form_post", response.ResponseMode);
        Assert.Equal([new("code", "c"), new("state", "<s>&\""), new("iss", Issuer)], response.Fields);
        Assert.Throws<InvalidOperationException>(() => response.ToUrl());
    }

    [Fact]
    public void An_error_carries_code_reason_description_state_and_issuer() =>
        Assert.Equal(
            "https://app.example/cb?error=login_required&error_reason=authentication_required"
            + "&error_description=The%20user%20must%20sign%20in.&state=s&iss=https%3A%2F%2Fid.example",
            AuthorizeResponse.Failure(Request("https://app.example/cb", null, "s"), Issuer, OAuthError.LoginRequired.Because("never sent")).ToUrl());

    [Fact]
    public void An_error_about_the_mode_itself_travels_by_query() =>
        Assert.StartsWith(
            "https://app.example/cb?error=invalid_request&",
            AuthorizeResponse.Failure(Request("https://app.example/cb", "smoke", "s"), Issuer, OAuthError.InvalidResponseMode).ToUrl(),
            StringComparison.Ordinal);

    [Fact]
    public void Where_no_state_was_sent_none_is_returned() =>
        Assert.Equal(
            "https://app.example/cb?code=c&iss=https%3A%2F%2Fid.example&locale=en",
            AuthorizeResponse.Success(Request("https://app.example/cb", null, ""), Issuer, "c").With("locale", "en").ToUrl());

    [Fact]
    public void Any_state_comes_back_as_it_was() => Prop.ForAll<NonNull<string>>(text =>
    {
        var state = new string([.. text.Get.Where(c => !char.IsSurrogate(c) && !char.IsControl(c))]);
        var url = AuthorizeResponse.Success(Request("https://app.example/cb?x=1", null, state), Issuer, "c").ToUrl();
        var query = HttpUtility.ParseQueryString(new Uri(url).Query);

        Assert.Equal((state, "c", "1", Issuer), (query["state"] ?? "", query["code"], query["x"], query["iss"]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_description_keeps_to_the_characters_that_the_specification_allows() =>
        Assert.Equal("It's 'so'? ?.", new OAuthError("e", "r", "It's \"so\"\\ é.").Description);

    private static AuthorizeRequest Request(string redirectUri, string? mode, string state) =>
        AuthorizeRequest.Parse(Expect.Parameters(("redirect_uri", redirectUri), ("response_mode", mode ?? ""), ("state", state)));
}
