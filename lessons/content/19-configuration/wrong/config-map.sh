# step: secret
cat > secret.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: door
data:
  password: opensesame
EOF
kubectl apply -f secret.yaml
