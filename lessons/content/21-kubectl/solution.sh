# step: get
kubectl get pods
kubectl get services,configmaps

# step: describe
kubectl describe pod -l app=clerk

# step: apply
cat > clerk.yaml <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: clerk
spec:
  replicas: 1
  selector:
    matchLabels:
      app: clerk
  template:
    metadata:
      labels:
        app: clerk
    spec:
      containers:
        - name: clerk
          image: my-app:1.0
EOF
kubectl apply -f clerk.yaml
clock advance 20s

# step: logs
kubectl logs deployment/till --previous
kubectl set env deployment/till DRAWER=left
clock advance 20s

# step: exec
kubectl exec deployment/shop -- ls /usr/share/nginx/html

# step: forward
kubectl get --raw /api/v1/namespaces/default/services/shop/proxy/

# step: delete
kubectl delete deployment shop
kubectl delete service shop
clock advance 40s
