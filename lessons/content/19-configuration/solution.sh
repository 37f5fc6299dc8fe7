# step: missing
kubectl apply -f sign.yaml
kubectl create configmap sign --from-literal=colour=red
clock advance 30s
kubectl logs deployment/sign

# step: change
kubectl patch configmap sign -p '{"data":{"colour":"green"}}'
clock advance 90s
kubectl logs deployment/sign --tail=1

# step: restart
kubectl rollout restart deployment/sign
clock advance 20s
kubectl logs deployment/sign --tail=1

# step: secret
cat > secret.yaml <<'EOF'
apiVersion: v1
kind: Secret
metadata:
  name: door
stringData:
  password: opensesame
EOF
kubectl apply -f secret.yaml

# step: use
kubectl set env deployment/sign --from=secret/door
clock advance 20s
