# A real Doorkeeper on Rails, in one file, for `cargo xtask conformance doorkeeper`.
#
#   ruby app.rb PORT PROFILE TMPDIR [ACCESS_SECONDS]
#
#   PORT            a port on 127.0.0.1; 0 takes a free one
#   PROFILE         inat: configured like iNaturalist's Rails application
#                   rotating: access tokens expire, refresh tokens are rotated at once
#   TMPDIR          an existing, empty directory of the caller; database and log are stored there
#   ACCESS_SECONDS  lifetime of an access token in the rotating profile, 7200 unless given
#
# Prints its origin as the first line once it listens. Ends at SIGTERM, at SIGINT, and when its
# standard input closes, so it never outlives the program that started it.
#
# Debian's packages: ruby-doorkeeper (5.5 on Debian 12), ruby-rails, ruby-sqlite3, puma.

abort "usage: ruby app.rb PORT inat|rotating TMPDIR [ACCESS_SECONDS]" unless (3..4).cover?(ARGV.size)
port, profile, dir, seconds = ARGV
PORT = Integer(port, 10)
PROFILE = profile.to_sym
HOME = File.realpath(dir)
ACCESS_SECONDS = Integer(seconds || "7200", 10)
abort "unknown profile #{profile}: inat or rotating" unless %i[inat rotating].include?(PROFILE)

ENV["RAILS_ENV"] = ENV["RACK_ENV"] = "production"
# One connection for all: SQLite rejects a transaction that began to read before another one wrote.
ENV["DATABASE_URL"] = "sqlite3:#{HOME}/doorkeeper.sqlite3?pool=1&checkout_timeout=30"

ENDINGS = Queue.new
Signal.trap("TERM") { ENDINGS << :signal }
Signal.trap("INT") { ENDINGS << :signal }
Thread.new { $stdin.read; ENDINGS << :abandoned }

require "logger"
require "rails"
require "active_record/railtie"
require "action_controller/railtie"
require "action_view/railtie"
require "doorkeeper"
require "openssl"
require "securerandom"
require "puma"
require "puma/server"

# --- Rails -------------------------------------------------------------------------------------

class App < Rails::Application
  config.root = HOME
  config.eager_load = false
  config.secret_key_base = SecureRandom.hex(64)
  config.logger = Logger.new(File.join(HOME, "app.log"))
  config.log_level = :warn
  config.active_support.deprecation = :silence
  config.session_store :cookie_store, key: "_doorkeeper_session"
end

# --- Doorkeeper --------------------------------------------------------------------------------

Doorkeeper.configure do
  orm :active_record

  resource_owner_authenticator do
    User.find_by(id: session[:user_id]) || begin
      session[:wanted] = request.fullpath
      redirect_to "/login"
    end
  end

  resource_owner_from_credentials do
    user = User.with(params[:username], params[:password])
    # iNaturalist raises an error of its own here; plain Doorkeeper handles a nil itself.
    raise BadPassword if user.nil? && PROFILE == :inat
    user
  end

  # Both profiles, as in iNaturalist's initializer. Doorkeeper 5.5 has no `force_pkce` yet, and
  # iNaturalist does not force it.
  default_scopes :write, :login
  optional_scopes :account_delete
  grant_flows %w[authorization_code client_credentials password]
  force_ssl_in_redirect_uri false

  case PROFILE
  when :inat
    access_token_expires_in nil
    access_token_methods :from_bearer_authorization
  when :rotating
    access_token_expires_in ACCESS_SECONDS
    use_refresh_token
  end
end

class BadPassword < StandardError; end

App.initialize!

# --- Database ----------------------------------------------------------------------------------

ActiveRecord::Schema.verbose = false
ActiveRecord::Schema.define do
  create_table :users do |t|
    t.string :login, null: false
    t.string :password, null: false
  end
  create_table :oauth_applications do |t|
    t.string :name, null: false
    t.string :uid, null: false, index: { unique: true }
    t.string :secret, null: false
    t.text :redirect_uri
    t.string :scopes, null: false, default: ""
    t.boolean :confidential, null: false, default: true
    t.timestamps
  end
  create_table :oauth_access_grants do |t|
    t.references :resource_owner, null: false
    t.references :application, null: false
    t.string :token, null: false, index: { unique: true }
    t.integer :expires_in, null: false
    t.text :redirect_uri, null: false
    t.datetime :created_at, null: false
    t.datetime :revoked_at
    t.string :scopes, null: false, default: ""
    t.string :code_challenge
    t.string :code_challenge_method
  end
  # Without a column `previous_refresh_token` Doorkeeper revokes a refresh token in the very
  # request that uses it; with the column, only when the new access token is first used.
  create_table :oauth_access_tokens do |t|
    t.references :resource_owner
    t.references :application
    t.string :token, null: false, index: { unique: true }
    t.string :refresh_token, index: { unique: true }
    t.integer :expires_in
    t.datetime :revoked_at
    t.datetime :created_at, null: false
    t.string :scopes
  end
end

class User < ActiveRecord::Base
  def self.with(login, password)
    find_by(login: login.to_s, password: password.to_s)
  end
end

User.create!(login: "alice", password: "password")
User.create!(login: "bob", password: "hunter2")

REDIRECT_URIS = %w[
  http://127.0.0.1:8080
  http://127.0.0.1/callback
  http://[::1]/callback
  urn:ietf:wg:oauth:2.0:oob
  com.example.app:/cb
].join("\n")

def client(uid, **attributes)
  Doorkeeper::Application.create!(name: uid, uid: uid, redirect_uri: REDIRECT_URIS, **attributes)
end

client "conf", secret: "conf-secret"
client "public", confidential: false
# Doorkeeper splits Basic credentials at the first colon and decodes neither half, so only the
# secret may contain one, and `%41` has to stay `%41`.
client "id %2F+/&=?#", secret: "s:%41 +/&=?#"

ActiveRecord::Base.clear_active_connections! # this thread's, so that requests can have it

# --- Controllers -------------------------------------------------------------------------------

class ApplicationController < ActionController::Base
  protect_from_forgery with: :exception
end

class LoginController < ApplicationController
  FORM = <<~ERB
    <!DOCTYPE html>
    <title>Log in</title>
    <h1>Log in</h1>
    <% if @refused %><p role="alert">Invalid name or password.</p><% end %>
    <%= form_tag "/login" do %>
      <label>Name <%= text_field_tag :login %></label>
      <label>Password <%= password_field_tag :password %></label>
      <%= submit_tag "Log in" %>
    <% end %>
  ERB

  def new
    render inline: FORM
  end

  def create
    user = User.with(params[:login], params[:password])
    if user
      session[:user_id] = user.id
      redirect_to session.delete(:wanted) || "/login"
    else
      @refused = true
      render inline: FORM, status: :unauthorized
    end
  end
end

class TokensController < Doorkeeper::TokensController
  # iNaturalist's oauth_tokens_controller.rb responds to a bad password itself: 400, no
  # WWW-Authenticate, and no content type set, so the JSON arrives as text/html.
  rescue_from BadPassword do
    headers.delete "WWW-Authenticate"
    self.status = 400
    self.response_body = {
      error: "invalid_grant", error_description: "Invalid email, username, or password."
    }.to_json
  end
end

class ApiController < ActionController::API
  before_action -> { doorkeeper_authorize! :write }

  def ping
    render json: { user_id: doorkeeper_token.resource_owner_id, scope: doorkeeper_token.scopes.to_s }
  end
end

# iNaturalist's users_controller.rb, `api_token`: an OAuth token in, a JWT of 24 hours out.
class UsersController < ActionController::API
  KEY = SecureRandom.hex(32)
  SIGN_IN = "You need to sign in or sign up before continuing.".freeze

  before_action :ask_to_sign_in, unless: -> { request.authorization }
  before_action -> { doorkeeper_authorize! :write }

  def api_token
    return redirect_to "/login" unless doorkeeper_token.resource_owner_id # client credentials

    render json: { api_token: jwt(
      user_id: doorkeeper_token.resource_owner_id,
      oauth_application_id: doorkeeper_token.application_id,
      exp: 24.hours.from_now.to_i,
    ) }
  end

  private

  def ask_to_sign_in
    if request.headers["Accept"].to_s.include?("application/json")
      render json: { error: SIGN_IN }, status: :unauthorized
    else
      redirect_to "/login"
    end
  end

  def jwt(claims)
    signed = [{ alg: "HS512" }, claims].map { |part| base64url(part.to_json) }.join(".")
    "#{signed}.#{base64url(OpenSSL::HMAC.digest("SHA512", KEY, signed))}"
  end

  def base64url(bytes)
    Base64.urlsafe_encode64(bytes, padding: false)
  end
end

App.routes.draw do
  use_doorkeeper do
    skip_controllers :applications, :authorized_applications
    controllers tokens: "tokens"
  end
  get "/login", to: "login#new"
  post "/login", to: "login#create"
  get "/api/ping", to: "api#ping"
  get "/users/api_token", to: "users#api_token" if PROFILE == :inat
end

# --- Server ------------------------------------------------------------------------------------

# Puma 6 moved its log out of Events.
quiet = defined?(Puma::LogWriter) ? nil : Puma::Events.null
server = Puma::Server.new(App, quiet, min_threads: 1, max_threads: 6, force_shutdown_after: 2)
begin
  listener = server.add_tcp_listener("127.0.0.1", PORT)
rescue SystemCallError => error
  abort "cannot listen on 127.0.0.1:#{PORT}: #{error.message}"
end
server.run
$stdout.puts "http://127.0.0.1:#{listener.addr[1]}"
$stdout.flush
ENDINGS.pop
server.stop(true)
