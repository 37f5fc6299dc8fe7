# step: load-balancer
cat > service.yaml <<'EOF'
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.80
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 8080
      nodePort: 30080
EOF
kubectl apply -f service.yaml
clock advance 20s
curl http://198.51.100.10:30080/
